/**
 * One broker that is its own controller. The last two settings let a broker that was killed come back after four seconds, when
 * its old registration has run out, instead of ten.
 */
export const serverProperties = (of: { port: number; controllerPort: number; data: string }): string =>
  `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${of.controllerPort}
listeners=PLAINTEXT://127.0.0.1:${of.port},CONTROLLER://127.0.0.1:${of.controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${of.port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${of.data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=300
`;
