import { ManualClock } from '@parley/runtime/testing'
import { afterEach, expect, test } from 'vitest'
import { isPublic, Outgoing } from '../src/targets/outgoing.ts'
import { FakePushService } from './support/fake-push-service.ts'

const { signal } = new AbortController()
const opened: Outgoing[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

function open(options: Partial<ConstructorParameters<typeof Outgoing>[1]> = {}): Outgoing {
  const outgoing = new Outgoing(new ManualClock(), { allowPrivate: false, timeoutMs: 60_000, ...options })
  opened.push(outgoing)
  return outgoing
}

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1::1', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['64:ff9b::7f00:1', false],
  ['name', false],
])('isPublic › %s: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected)
})

test.each([
  ['http://push.example/', 'an https URL'],
  ['ftp://push.example/', 'an https URL'],
  ['push.example', 'an https URL'],
  ['https://user:secret@push.example/', 'a URL without credentials'],
  ['https://127.0.0.1/', 'a URL of a public address'],
  ['https://[::1]/', 'a URL of a public address'],
  ['https://2130706433/', 'a URL of a public address'],
  ['https://push.example/x', undefined],
])('refusal › of %s is %s', (url, expected) => {
  expect(open().refusal(url)).toBe(expected)
})

test('post › a name that resolves to this machine is not connected to', async () => {
  const sent = open().post('https://localhost:9/', { headers: {}, body: '' }, signal)
  await expect(sent).rejects.toThrow('localhost has no public address')
})

test('post › a redirect is not followed, and of a long answer only the beginning is read', async () => {
  await using fake = await FakePushService.start()
  fake.answer = () => ({ status: 302, headers: { location: `${fake.url}/other` }, body: 'x'.repeat(100_000) })
  const { status, body } = await open({ allowPrivate: true }).post(fake.url, { headers: {}, body: 'b' }, signal)
  expect([status, body.length, fake.received.length]).toEqual([302, 16_384, 1])
})

test('post › whoever does not answer in time is given up, and so is one that is asked to end', async () => {
  await using fake = await FakePushService.start()
  fake.answer = () => ({ status: 200 })
  const silent = open({ allowPrivate: true, timeoutMs: 1 })
  // Nobody answers within a millisecond what takes a connection first.
  await expect(silent.post(fake.url, { headers: {}, body: '' }, signal)).rejects.toThrow('no answer within 1 ms')
  const asked = AbortSignal.abort(new Error('asked'))
  await expect(open({ allowPrivate: true }).post(fake.url, { headers: {}, body: '' }, asked)).rejects.toThrow('asked')
})
