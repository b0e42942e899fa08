import { expect, test } from 'vitest'
import { TouchedConversations } from '../src/derived/touched-conversations.ts'

/** Links of a block that touched conversations of shard 3, in the form of the conversation index. */
function linksTo(...conversations: number[]): Uint8Array {
  const bytes = new Uint8Array(23 * conversations.length)
  const view = new DataView(bytes.buffer)
  conversations.forEach((conversation, i) => {
    view.setUint8(23 * i, 3)
    view.setUint32(23 * i + 1, conversation)
  })
  return bytes
}

const loopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function following(touched: TouchedConversations, index: number) {
  const { touched: pulse, leave } = touched.follow({ shard: 3, index })
  const beats = { count: 0 }
  const count = async (): Promise<void> => {
    await pulse.next()
    beats.count += 1
  }
  void count()
  return { beats, leave }
}

test('touched conversations › a block wakes those who follow what it touched, and nobody else', async () => {
  const touched = new TouchedConversations()
  const [one, two, other] = [following(touched, 1), following(touched, 1), following(touched, 2)]
  touched.add(linksTo(1, 5))
  await loopTurn()
  expect([one, two, other].map(({ beats }) => beats.count)).toEqual([1, 1, 0])
})

test('touched conversations › many are woken over several turns of the event loop, each once', async () => {
  const touched = new TouchedConversations()
  const all = Array.from({ length: 100 }, (_, i) => following(touched, i))
  const numbers = all.map((_, i) => i)
  touched.add(linksTo(...numbers))
  await loopTurn()
  const woken = () => all.reduce((sum, { beats }) => sum + beats.count, 0)
  const atFirst = woken()
  expect(atFirst).toBeGreaterThan(0)
  expect(atFirst).toBeLessThan(100)
  // A block that comes meanwhile wakes none a second time who has not been woken yet.
  touched.add(linksTo(...numbers))
  for (let turn = 0; turn < 100 && woken() < 100; turn += 1) await loopTurn()
  expect(all.every(({ beats }) => beats.count === 1)).toBe(true)
})

test('touched conversations › whoever left is not woken, whoever follows anew is', async () => {
  const touched = new TouchedConversations()
  const gone = following(touched, 1)
  gone.leave()
  touched.add(linksTo(1))
  await loopTurn()
  expect(gone.beats.count).toBe(0)
  const again = following(touched, 1)
  touched.add(linksTo(1))
  await loopTurn()
  expect(again.beats.count).toBe(1)
})
