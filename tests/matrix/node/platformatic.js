// @platformatic/kafka: platformatic.js BOOTSTRAP PREFIX.

import {
  Admin, ConfigResourceTypes, Consumer, MessagesStreamModes, MessagesStreamFallbackModes, Producer,
  ProduceAcks, compressionsAlgorithms, stringDeserializers, stringSerializers
} from '@platformatic/kafka'
import { Reader, run } from './steps.js'

const [bootstrap, prefix] = process.argv.slice(2)
const common = { clientId: 'matrix', bootstrapBrokers: [bootstrap] }
const admin = new Admin(common)

async function member (topic, groupId, offsets) {
  const consumer = new Consumer({
    ...common, groupId, deserializers: stringDeserializers, autocommit: false,
    heartbeatInterval: 200, sessionTimeout: 10_000, rebalanceTimeout: 10_000, maxWaitTime: 50
  })
  const reader = new Reader()
  const stream = await consumer.consume({
    topics: [topic],
    mode: offsets ? MessagesStreamModes.MANUAL : MessagesStreamModes.COMMITTED,
    fallbackMode: MessagesStreamFallbackModes.EARLIEST,
    offsets: offsets && [...offsets].map(([partition, offset]) => ({ topic, partition, offset }))
  })
  stream.on('error', error => { reader.error = error })
  stream.on('data', message => reader.saw(message.partition, message.offset, message.key,
    message.value, message.headers.get('step')))
  Object.defineProperty(reader, 'assigned', {
    get: () => consumer.assignments?.find(one => one.topic === topic)?.partitions ?? []
  })
  reader.commit = positions => consumer.commit({
    offsets: [...positions].map(([partition, offset]) => ({
      topic, partition, offset: BigInt(offset), leaderEpoch: 0
    }))
  })
  reader.close = () => consumer.close(true)
  return reader
}

await run({
  lacks: compressionsAlgorithms.zstd.available
    ? {}
    : { zstd: 'uses the zstd of Node, which has none before 22.15' },
  create: (topic, partitions) => admin.createTopics({
    topics: [topic], partitions, replicas: 1, configs: [{ name: 'retention.ms', value: '3600000' }]
  }),
  produce: async (topic, records, compression, idempotent) => {
    const producer = new Producer({
      ...common, serializers: stringSerializers, acks: ProduceAcks.ALL, compression, idempotent
    })
    await producer.send({ messages: records.map(record => ({ topic, ...record })) })
    await producer.close()
  },
  member,
  committed: async (group, topic) => {
    const [found] = await admin.listConsumerGroupOffsets({ groups: [group] })
    return found.topics.find(one => one.name === topic).partitions
      .reduce((all, one) => all + Number(one.committedOffset), 0)
  },
  offsetsFor: async (topic, ms, count) => {
    const partitions = Array.from({ length: count }, (_, partitionIndex) =>
      ({ partitionIndex, timestamp: BigInt(ms) }))
    const [found] = await admin.listOffsets({ topics: [{ name: topic, partitions }] })
    return new Map(found.partitions.map(one => [one.partitionIndex, one.offset]))
  },
  // It reads in groups only.
  readFrom: (topic, offsets, group) => member(topic, group, offsets),
  topics: () => admin.listTopics(),
  groups: async () => [...(await admin.listGroups()).keys()],
  describe: async (topic, group) => {
    const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
    const [config] = await admin.describeConfigs({
      resources: [{
        resourceType: ConfigResourceTypes.TOPIC, resourceName: topic,
        configurationKeys: ['retention.ms']
      }]
    })
    return {
      partitions: metadata.topics.get(topic).partitionsCount,
      retention: config.configs[0].value,
      members: (await admin.describeGroups({ groups: [group] })).get(group).members.size
    }
  },
  forget: group => admin.deleteGroups({ groups: [group] }),
  delete: topic => admin.deleteTopics({ topics: [topic] })
}, prefix)
