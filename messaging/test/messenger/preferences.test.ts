import { Pulse } from '@parley/runtime'
import { expect, test } from 'vitest'
import { decodePut } from '../../src/devices/preference.ts'
import { MemoryStore } from '../../src/memory/memory-store.ts'
import { Preferences } from '../../src/messenger/preferences.ts'

const value = (byte: number): Uint8Array => Uint8Array.of(byte)
const key = 'read/0/1'
const open = (store = new MemoryStore()): Preferences => new Preferences(store, new Pulse())

test('preferences › two devices that set one at once come to what their group has last', async () => {
  const [phone, laptop] = [open(), open()]
  const [first, second] = [
    decodePut((await phone.put({ key, value: value(1) })).body),
    decodePut((await laptop.put({ key, value: value(2) })).body),
  ]
  expect([await phone.get(key), await laptop.get(key)]).toEqual([value(1), value(2)])
  await phone.take(second, 4n, false)
  await phone.take(first, 5n, true)
  await laptop.take(second, 4n, true)
  await laptop.take(first, 5n, false)
  expect([await phone.get(key), await laptop.get(key)]).toEqual([value(1), value(1)])
})

test('preferences › one that is read late does not undo what came after it, and one set twice is what was set last', async () => {
  const device = open()
  await device.take({ key, value: value(2) }, 9n, false)
  await device.take({ key, value: value(1) }, 8n, false)
  expect(await device.get(key)).toEqual(value(2))
  await device.put({ key, value: value(3) })
  await device.put({ key, value: value(4) })
  await device.take({ key, value: value(3) }, 10n, true)
  expect(await device.get(key)).toEqual(value(4))
  await device.take({ key, value: value(4) }, 11n, true)
  await device.take({ key, value: value(5) }, 12n, false)
  expect(await device.get(key)).toEqual(value(5))
})

test('preferences › what the group does not have yet is said to it, a newcomer is given all, and both survive a restart', async () => {
  const store = new MemoryStore()
  const device = open(store)
  await device.take({ key: 'consent/x', value: value(1) }, 3n, false)
  await device.put({ key, value: value(2) })
  const again = open(store)
  expect((await again.drafts('waiting')).map(({ body }) => decodePut(body).key)).toEqual([key])
  expect((await again.drafts('all')).map(({ body }) => decodePut(body).key)).toEqual(['consent/x', key])
})
