// The steps of the client matrix for the Node clients, over the small face of an adapter: create,
// produce, member, committed, offsetsFor, readFrom, topics, groups, describe, forget, delete, and
// `lacks` with a reason for each step that the client does not have.

const PARTITIONS = 4
const RECORDS = 8
const LIMIT = 30_000

const value = name => name + 'x'.repeat(200)
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

function check (holds, what) {
  if (!holds) throw new Error(what)
}

// A consumer, and what it has read where it is now. The adapter calls `saw` with each record and
// sets `assigned`.
export class Reader {
  assigned = []
  next = new Map()
  keys = new Set()
  error = null

  saw (partition, offset, key, found, step) {
    const wanted = key.slice(0, key.lastIndexOf('-'))
    if (found !== value(wanted) || step !== wanted) {
      this.error ??= new Error(`record ${key} is not what was sent: ${found} with ${step}`)
    }
    this.keys.add(key)
    this.next.set(partition, Number(offset) + 1)
  }

  positions () {
    return new Map(this.assigned.filter(part => this.next.has(part))
      .map(part => [part, this.next.get(part)]))
  }
}

const sum = numbers => [...numbers].reduce((all, one) => all + Number(one), 0)

async function until (what, readers, holds) {
  const end = Date.now() + LIMIT
  while (!await holds()) {
    for (const reader of readers) if (reader.error) throw reader.error
    check(Date.now() < end, `waited in vain for ${what}`)
    await pause(20)
  }
}

export async function run (client, prefix) {
  const topic = `${prefix}-topic`
  const group = `${prefix}-group`
  const pair = []
  let total = 0
  let mark = 0

  async function step (name, body) {
    const lack = client.lacks?.[name]
    if (lack) return console.log(`${name} none: ${lack}`)
    let timer
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('took too long')), LIMIT + 10_000)
    })
    try {
      await Promise.race([body(), late])
      console.log(`${name} ok`)
    } catch (error) {
      const causes = (error.errors ?? []).map(cause => cause.message).join('; ')
      console.log(`${name} fail: ${error.message} ${causes}`.replaceAll('\n', ' '))
    }
    clearTimeout(timer)
  }

  async function produce (name, codec, idempotent, count = RECORDS) {
    const records = Array.from({ length: count }, (_, i) => ({
      partition: i % PARTITIONS, key: `${name}-${i}`, value: value(name), headers: { step: name }
    }))
    await client.produce(topic, records, codec, idempotent)
    if (name !== 'resume') total += count
  }

  async function onlyResumed (reader) {
    await until('what came later', [reader], () => reader.keys.size >= PARTITIONS)
    const again = [...reader.keys].filter(key => !key.startsWith('resume-'))
    check(again.length === 0, `read again: ${again}`)
    await reader.close()
  }

  await step('create', () => client.create(topic, PARTITIONS))
  await step('plain', () => produce('plain', 'none', false))
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    await step(codec, () => produce(codec, codec, false))
  }
  await step('idempotent', () => produce('idempotent', 'none', true))
  await step('group', async () => {
    pair.push(await client.member(topic, group), await client.member(topic, group))
    await until('a group of two that has read all', pair, () =>
      pair.every(one => one.assigned.length === 2) &&
      sum(pair.map(one => sum(one.positions().values()))) === total)
    const keys = new Set([...pair[0].keys, ...pair[1].keys])
    check(keys.size === total, `${keys.size} keys of ${total}`)
  })
  await step('commit', async () => {
    for (const one of pair) await one.commit(one.positions())
    const committed = await client.committed(group, topic)
    check(committed === total, `committed ${committed} of ${total}`)
  })
  await step('leave', async () => {
    await pair[1].close()
    await until('the partitions of the one that left', [pair[0]],
      () => pair[0].assigned.length === PARTITIONS)
    await pair[0].close()
  })
  await step('resume', async () => {
    await pause(20)
    mark = Date.now()
    await produce('resume', 'none', false, PARTITIONS)
    await onlyResumed(await client.member(topic, group))
  })
  await step('seek', async () => {
    const offsets = await client.offsetsFor(topic, mark, PARTITIONS)
    check(sum(offsets.values()) === total, `offsets for the time are ${[...offsets]}`)
    await onlyResumed(await client.readFrom(topic, offsets, `${prefix}-seek`))
  })
  await step('list', async () => {
    check((await client.topics()).includes(topic), 'the topic is not listed')
    check((await client.groups()).includes(group), 'the group is not listed')
  })
  await step('describe', async () => {
    const { partitions, retention, members } = await client.describe(topic, group)
    check(partitions === PARTITIONS, `partitions: ${partitions}`)
    check(retention === '3600000', `retention.ms: ${retention}`)
    check(members === 0, `members are left: ${members}`)
  })
  await step('forget', async () => {
    await client.forget(group)
    check(!(await client.groups()).includes(group), 'the group is still listed')
  })
  await step('delete', async () => {
    await client.delete(topic)
    await until('the topic to be gone', [], async () => !(await client.topics()).includes(topic))
  })
  process.exit(0)
}
