import { afterEach, expect, test } from 'vitest'
import {
  endAll,
  eventually,
  getJson,
  type Harness,
  postMessages,
  postOperation,
  startSequencer,
} from './support/harness.ts'
import { config, deposit, Talk } from './support/world.ts'

afterEach(endAll)

interface Head {
  block: string
  stateRoot: string
  shardRoots: string[]
}

const shards = [1, 2, 5, 8, 40, 63]

/** Each step offers a block's worth, one offer a shard, and waits for all: requests that overtake one another change no block. */
async function repeatableRun(harness: Harness): Promise<Head> {
  const { url, l2 } = harness
  l2.enqueue(...shards.map((shard) => deposit(shard)))
  const talks = shards.map((shard) => new Talk(shard, 0))
  await Promise.all(talks.map((talk) => postOperation(url, talk.create)))
  for (let round = 0; round < 4; round += 1) {
    const kinds = [
      (talk: Talk) => talk.say(`${round}`),
      (talk: Talk) => talk.signed('refused', 0, 99n),
      (talk: Talk) => talk.say(`${round} b`, 1),
    ]
    // A step in which all were refused would seal nothing.
    for (const step of kinds.keys())
      await Promise.all(talks.map((talk, at) => postMessages(url, [kinds[(at + step) % kinds.length]!(talk)])))
  }
  await postMessages(url, [talks[2]!.say('last')])
  return (await (await fetch(`${url}/v1/dev/seal`, { method: 'POST' })).json()) as Head
}

const virtual = { blockEveryOffers: 6, blockTimeMs: 300, inboxItemsFirst: shards.length }

test('virtual clock › the same offers give the same roots, whatever the lanes', async () => {
  const heads: Head[] = []
  for (const lanes of [1, 2, 3]) {
    const harness = await startSequencer({ lanes, virtual })
    heads.push(await repeatableRun(harness))
    // Items, 6 creations, 4 rounds of 3 steps, the last one sealed when asked.
    expect(heads.at(-1)!.block).toBe(String(1 + 1 + 12 + 1))
    expect(await getJson(harness.url, '/v1/dev/shard-roots')).toEqual(heads.at(-1))
    const { header } = await getJson<{ header: { timestamp: string } }>(harness.url, '/v1/blocks/15')
    expect(header.timestamp).toBe(String(config.genesis.timestamp + 15n * 300n))
    await harness.end()
  }
  expect(heads[1]).toEqual(heads[0])
  expect(heads[2]).toEqual(heads[0])
  expect(new Set(heads[0]!.shardRoots).size).toBe(shards.length + 1)
})

test('virtual clock › the first blocks wait for the expected items, and offers for those blocks', async () => {
  const { url, l2 } = await startSequencer({ lanes: 1, virtual: { ...virtual, inboxItemsFirst: 66 } })
  const talk = new Talk(3, 0)
  const creation = postOperation(url, talk.create)
  l2.enqueue(...Array.from({ length: 65 }, () => deposit(3)))
  await eventually(
    'first block',
    async () => (await getJson<{ head: { number: string } }>(url, '/v1/status')).head.number === '1' || undefined,
  )
  expect((await fetch(`${url}/v1/blocks/2`)).status).toBe(404)
  l2.enqueue(deposit(3))
  expect(await creation).toMatchObject({ refusal: 0, block: 3n })
  expect(await getJson(url, '/v1/blocks/1')).toMatchObject({ header: { inboxCount: '64' } })
  expect(await getJson(url, '/v1/blocks/2')).toMatchObject({ header: { inboxCount: '66' } })
})

test('virtual clock › sealing when nothing is open, or everything was refused, seals nothing', async () => {
  const { url, l2 } = await startSequencer({ lanes: 1, virtual: { ...virtual, inboxItemsFirst: 1 } })
  l2.enqueue(deposit(3))
  const seal = async () => (await (await fetch(`${url}/v1/dev/seal`, { method: 'POST' })).json()) as Head
  await eventually('first block', async () => (await seal()).block === '1' || undefined)
  await postMessages(url, [new Talk(3, 0).signed('nobody', 0, 1n)])
  expect((await seal()).block).toBe('1')
  expect((await postOperation(url, new Talk(3, 0).create)).block).toBe(2n)
  expect((await seal()).block).toBe('2')
})
