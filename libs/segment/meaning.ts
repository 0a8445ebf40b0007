/**
 * What this release takes rules and stored states to mean. It is raised with any change that makes a rule hold for others than
 * before, or a state tell something else: then every segment is built again by itself.
 */
export const RULE_MEANING = 7;
