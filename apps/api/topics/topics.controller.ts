import { Body, Controller, Get, Param, Patch, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Database, findTopic, listTopics, saveTopic, type TopicRow } from '@entente/storage';
import { Needs } from '../access/needs';
import type { Answer } from '../http/answer';
import { Authored } from '../http/authored';
import { Does, TakesPatchOf } from '../http/documented';
import { Text } from '../http/fields';
import { existingKey, newKey } from '../http/key-param';
import { type Page, pageOf, PageQuery } from '../http/page';
import { IfMatch, type Precondition } from '../http/precondition';
import { shown, Shown, ShownInstant } from '../http/views';

class TopicBody {
  @Text({ description: 'What recipients read in the preference center.', example: 'Newsletter' })
  name!: string;

  @Text({ optional: true, min: 0, max: 2_000, example: 'News from the shop, once a month.' })
  description = '';
}

class Topic extends TopicBody {
  @Shown(String) key!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

@ApiTags('topics')
@Controller('api/v1/topics')
export class TopicsController {
  private readonly topics: Authored<TopicBody, TopicRow, Topic>;

  constructor(database: Database) {
    this.topics = new Authored(database, {
      table: 'topic',
      noun: 'topic',
      body: TopicBody,
      find: findTopic,
      list: listTopics,
      save: saveTopic,
      show: ({ key, name, description, createdAt, updatedAt }) => ({
        key,
        name,
        description,
        createdAt: shown(createdAt)!,
        updatedAt: shown(updatedAt)!,
      }),
    });
  }

  @Get()
  @Needs('read')
  @Does('Lists topics', { 200: pageOf(Topic) })
  list(@Query() query: PageQuery): Promise<Page<Topic>> {
    return this.topics.list(query);
  }

  @Get(':key')
  @Needs('read')
  @Does('Reads a topic', { 200: Topic })
  get(@Param('key', existingKey) key: string): Promise<Answer<Topic>> {
    return this.topics.get(key);
  }

  @Put(':key')
  @Needs('publisher')
  @Does('Creates or replaces a topic', { 200: Topic, 201: Topic })
  put(
    @Param('key', newKey) key: string,
    @Body() body: TopicBody,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Topic>> {
    return this.topics.put(key, body, ifMatch);
  }

  @Patch(':key')
  @Needs('publisher')
  @TakesPatchOf(TopicBody)
  @Does('Changes a topic', { 200: Topic })
  patch(
    @Param('key', existingKey) key: string,
    @Body() patch: object,
    @IfMatch() ifMatch: Precondition,
  ): Promise<Answer<Topic>> {
    return this.topics.patch(key, patch, ifMatch);
  }
}
