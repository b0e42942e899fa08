import { joinBytes, Role, toHex } from '@parley/protocol/light'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePayload } from '../../src/codec/payload.ts'
import { decodePut, put } from '../../src/devices/preference.ts'
import { reaction, receipt, reply, text } from '../../src/index.ts'
import { contentOf, type MessageContent } from '../../src/payloads/content.ts'
import { decodeLeft, left } from '../../src/payloads/left.ts'
import { decodeReaction } from '../../src/payloads/reaction.ts'
import { decodeReceipt } from '../../src/payloads/receipt.ts'
import { decodeReply } from '../../src/payloads/reply.ts'
import { decodeResend, resend } from '../../src/payloads/resend.ts'
import { decodeSettings, entriesOf, settings } from '../../src/payloads/settings.ts'
import { fieldOf } from '../support/field-of.ts'

const hex = (bytes: Uint8Array): string => toHex(bytes).slice(2)
const id = new Uint8Array(16).fill(9)
const icon = {
  key: new Uint8Array(16).fill(1),
  prefix: new Uint8Array(7).fill(2),
  size: 3,
  name: 'icon.png',
  mime: 'image/png',
  chunks: [new Uint8Array(32).fill(3)],
}
const author = { position: 7n, identity: new Uint8Array(20).fill(5), installation: new Uint8Array(32).fill(6) }
const inner = encodePayload({
  id,
  seen: { messages: 0n, changes: 0n, head: new Uint8Array(32).fill(8) },
  sentAt: 5n,
  ...text('hello'),
})

/** The record that the author of what is said again had, two counts and a head, is for the engine: no content shows it. */
function isOfWhatWasSeen({ type, body }: ReturnType<typeof text>, at: number): boolean {
  if (type !== 'resend/1') return false
  const { payload } = decodeResend(body)
  const head = hex(body).indexOf(hex(payload.seen.head)) / 2
  return at >= head - 16 && at < head + 32
}

/** What each type is to an application, by a member. */
const known: readonly [ReturnType<typeof text>, MessageContent][] = [
  [text('hello'), { type: 'text/1', text: 'hello' }],
  [reply({ id }, text('yes')), { type: 'reply/1', to: id, content: { type: 'text/1', text: 'yes' } }],
  [
    reply({ id }, { type: 'app.example/poll/1', body: Uint8Array.of(1), fallback: 'a poll' }),
    { type: 'reply/1', to: id, content: { type: 'other', name: 'app.example/poll/1', body: Uint8Array.of(1) } },
  ],
  [reaction({ id }, '👍'), { type: 'reaction/1', to: id, reaction: '👍', act: 'added' }],
  [reaction({ id }, '👍', 'removed'), { type: 'reaction/1', to: id, reaction: '👍', act: 'removed' }],
  [receipt(7n), { type: 'receipt/1', position: 7n }],
  [
    settings(entriesOf({ title: 'Lunch', icon, more: { 'app.example/theme': Uint8Array.of(4) } })),
    {
      type: 'settings/1',
      settings: { title: 'Lunch', icon, more: { 'app.example/theme': Uint8Array.of(4) } },
      counts: false,
    },
  ],
  [
    resend(author, inner),
    { type: 'resend/1', ...author, id, sentAt: 5n, fallback: 'hello', content: { type: 'text/1', text: 'hello' } },
  ],
  [left('bye'), { type: 'left/1', text: 'bye' }],
]

test.each(known)('content › %# is what was said', (draft, content) => {
  expect(contentOf(draft, Role.member)).toEqual(content)
})

test.each(known.map(([draft]) => draft))('content › %# with any byte changed, or one more, is another', (draft) => {
  const shown = contentOf(draft, Role.member)
  const others = [...draft.body.keys()]
    .filter((at) => !isOfWhatWasSeen(draft, at))
    .map((at) => draft.body.with(at, (draft.body[at] as number) ^ 0x81))
  for (const body of [...others, Uint8Array.of(...draft.body, 0)])
    expect(contentOf({ ...draft, body }, Role.member)).not.toEqual(shown)
})

test('content › settings count by an admin alone', () => {
  const draft = settings(entriesOf({ title: 'Lunch' }))
  expect(contentOf(draft, Role.admin)).toMatchObject({ counts: true })
  expect(contentOf(draft, Role.member)).toMatchObject({ counts: false })
})

test('content › any bytes of any type are shown or come as bytes', () => {
  const types = fc.constantFrom(...known.map(([{ type }]) => type))
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 200 }), (type, body) => {
      const { type: shown } = contentOf({ type, body }, Role.member)
      expect([type, 'other']).toContain(shown)
    }),
  )
})

const vectors: readonly [string, ReturnType<typeof text>, string][] = [
  ['reply/1', reply({ id }, text('hi')), `${'09'.repeat(16)} 18000000 1e000000 746578742f31 6869`],
  ['reaction/1', reaction({ id }, '!'), `${'09'.repeat(16)} 01 15000000 21`],
  ['receipt/1', receipt(258n), '0201000000000000'],
  ['settings/1', settings(entriesOf({ title: 'A' })), '04000000 08000000 0d000000 7469746c65 41'],
  ['left/1', left('ok'), '6f6b'],
  ['put/1', put({ key: 'read/1/2', value: Uint8Array.of(7) }), '08000000 10000000 726561642f312f32 07'],
]

test.each(vectors)('vector › %s', (type, draft, vector) => {
  expect(draft.type).toBe(type)
  expect(hex(draft.body)).toBe(vector.replaceAll(' ', ''))
})

const long = (length: number): string => 'x'.repeat(length)
const refused: readonly [string, () => unknown, string][] = [
  ['a reply to no name', () => reply({ id: id.subarray(1) }, text('')), 'reply.to'],
  ['a reply that is a reply', () => reply({ id }, reply({ id }, text(''))), 'reply.type'],
  ['a reply that is no type', () => reply({ id }, { ...text(''), type: 'x' }), 'payload.type'],
  ['a reply that is cut', () => decodeReply(reply({ id }, text('hi')).body.subarray(0, 20)), 'reply'],
  ['a reaction of nothing', () => reaction({ id }, ''), 'reaction.reaction'],
  ['a reaction of 65 bytes', () => reaction({ id }, long(65)), 'reaction.reaction'],
  ['a reaction to no name', () => reaction({ id: new Uint8Array() }, '!'), 'reaction.to'],
  ['a reaction of a third act', () => decodeReaction(reaction({ id }, '!').body.with(16, 3)), 'reaction.act'],
  ['a reaction that is no UTF-8', () => decodeReaction(reaction({ id }, '!').body.with(21, 255)), 'reaction.reaction'],
  ['a receipt with a byte more', () => decodeReceipt(Uint8Array.of(...receipt(1n).body, 0)), 'receipt'],
  ['settings of nothing', () => settings([]), 'settings'],
  ['settings of nothing, received', () => decodeSettings(new Uint8Array()), 'settings'],
  ['a title of 257 bytes', () => entriesOf({ title: long(257) }), 'settings.title'],
  ['a description of 1,025 bytes', () => entriesOf({ description: long(1_025) }), 'settings.description'],
  ['a key without an authority', () => entriesOf({ more: { theme: id } }), 'settings.more'],
  ['a key with a space', () => decodeSettings(settings([{ key: 'a b', value: id }]).body), 'settings.key'],
  [
    'keys out of order',
    () =>
      decodeSettings(
        settings([
          { key: 'title', value: id },
          { key: 'icon', value: id },
        ]).body,
      ),
    'settings.key',
  ],
  [
    'a key twice',
    () =>
      decodeSettings(
        settings([
          { key: 'title', value: id },
          { key: 'title', value: id },
        ]).body,
      ),
    'settings.key',
  ],
  ['an icon that is none', () => decodeSettings(settings([{ key: 'icon', value: id }]).body), 'attachment'],
  ['33 settings', () => settings(Array.from({ length: 33 }, (_, i) => ({ key: `a/${i}`, value: id }))), 'settings'],
  ['a resend of a resend', () => resend(author, payloadOf(resend(author, inner))), 'resend.payload'],
  ['a resend of junk', () => resend(author, id), 'payload'],
  ['a resend that is cut', () => decodeResend(resend(author, inner).body.subarray(0, 70)), 'payload'],
  ['a farewell of 257 bytes', () => left(long(257)), 'left'],
  ['a farewell of 257 bytes, received', () => decodeLeft(new Uint8Array(257)), 'left'],
  ['a farewell that is no UTF-8', () => decodeLeft(Uint8Array.of(255)), 'left'],
  ['a preference without a name', () => put({ key: 'read', value: id }), 'preference.key'],
  ['a preference of 4,097 bytes', () => put({ key: 'a/b', value: new Uint8Array(4_097) }), 'preference.value'],
  [
    'a preference with a byte less',
    () => decodePut(joinBytes([put({ key: 'a/b', value: id }).body.subarray(0, 9)])),
    'preference',
  ],
]

function payloadOf({ type, body, fallback }: ReturnType<typeof text>): Uint8Array {
  return encodePayload({
    id,
    type,
    body,
    fallback,
    sentAt: 0n,
    seen: { messages: 0n, changes: 0n, head: new Uint8Array(32).fill(8) },
  })
}

test.each(refused)('refused › %s', (_, act, field) => {
  expect(fieldOf(act)).toBe(field)
})

test('fallback › a long text is cut between characters', () => {
  const { fallback } = text('👍'.repeat(70))
  expect(fallback).toBe('👍'.repeat(60))
})
