// kafkajs: kafkajs.js BOOTSTRAP PREFIX.

import kafkajs from 'kafkajs'
import snappy from 'kafkajs-snappy'
import lz4 from 'lz4-napi'
import * as zstd from '@bokuweb/zstd-wasm'
import { Reader, run } from './steps.js'

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs
const [bootstrap, prefix] = process.argv.slice(2)

// It brings gzip, and takes the others from outside.
await zstd.init()
CompressionCodecs[CompressionTypes.Snappy] = snappy
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: encoder => lz4.compressFrame(encoder.buffer),
  decompress: buffer => lz4.decompressFrame(buffer)
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => Buffer.from(zstd.compress(encoder.buffer)),
  decompress: async buffer => Buffer.from(zstd.decompress(buffer))
})
const CODECS = { none: 'None', gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' }

const kafka = new Kafka({
  clientId: 'matrix', brokers: [bootstrap], logLevel: logLevel.ERROR, retry: { retries: 5 }
})
const admin = kafka.admin()
await admin.connect()

async function member (topic, group, offsets) {
  const consumer = kafka.consumer({
    groupId: group, heartbeatInterval: 200, sessionTimeout: 10_000, maxWaitTimeInMs: 50
  })
  const reader = new Reader()
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    reader.assigned = payload.memberAssignment[topic] ?? []
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => reader.saw(partition, message.offset,
      message.key.toString(), message.value.toString(), message.headers.step.toString())
  })
  for (const [partition, offset] of offsets ?? []) consumer.seek({ topic, partition, offset })
  reader.commit = positions => consumer.commitOffsets([...positions]
    .map(([partition, offset]) => ({ topic, partition, offset: String(offset) })))
  reader.close = () => consumer.disconnect()
  return reader
}

await run({
  create: (topic, numPartitions) => admin.createTopics({
    topics: [{
      topic, numPartitions, configEntries: [{ name: 'retention.ms', value: '3600000' }]
    }]
  }),
  produce: async (topic, messages, codec, idempotent) => {
    const producer = kafka.producer({
      idempotent, createPartitioner: () => ({ message }) => message.partition
    })
    await producer.connect()
    await producer.send({ topic, messages, compression: CompressionTypes[CODECS[codec]] })
    await producer.disconnect()
  },
  member,
  committed: async (groupId, topic) => {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
    return found.partitions.reduce((all, one) => all + Number(one.offset), 0)
  },
  offsetsFor: async (topic, ms) => new Map((await admin.fetchTopicOffsetsByTimestamp(topic, ms))
    .map(one => [one.partition, one.offset])),
  // It reads in groups only.
  readFrom: (topic, offsets, group) => member(topic, group, offsets),
  topics: () => admin.listTopics(),
  groups: async () => (await admin.listGroups()).groups.map(group => group.groupId),
  describe: async (topic, group) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const { groups } = await admin.describeGroups([group])
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }]
    })
    return {
      partitions: topics[0].partitions.length,
      retention: resources[0].configEntries[0].configValue,
      members: groups[0].members.length
    }
  },
  forget: group => admin.deleteGroups([group]),
  delete: topic => admin.deleteTopics({ topics: [topic] })
}, prefix)
