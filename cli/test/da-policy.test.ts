import { expect, test } from 'vitest'
import { PolicyRefused, parsePolicy } from '../src/config/da-policy.ts'

test.each([
  ['celestia', ['celestia'], ['celestia']],
  ['celestia:ethereum-blobs', ['celestia', 'ethereum-blobs'], ['celestia', 'ethereum-blobs']],
  ['core=ethereum-blobs,witness=celestia:ethereum-blobs', ['ethereum-blobs'], ['celestia', 'ethereum-blobs']],
  ['witness=local, core = alt-da : local', ['alt-da', 'local'], ['local']],
  ['core=local,witness=local', ['local'], ['local']],
])('parsePolicy › %s', (text, core, witness) => {
  const policy = parsePolicy(text)
  expect([policy.core, policy.witness]).toEqual([core, witness])
  expect(parsePolicy(policy.toString())).toEqual(policy)
})

test('DaPolicy › as text it has the shortest form, in JSON, too', () => {
  const policy = parsePolicy('witness=celestia:local,core=celestia:local')
  expect([policy.toString(), JSON.stringify({ policy })]).toEqual(['celestia:local', '{"policy":"celestia:local"}'])
  expect(parsePolicy('witness=local,core=celestia').toString()).toBe('core=celestia,witness=local')
})

test('DaPolicy › each layer that a part may go to is there once', () => {
  expect(parsePolicy('core=celestia:ethereum-blobs,witness=alt-da:celestia').layers).toEqual([
    'celestia',
    'ethereum-blobs',
    'alt-da',
  ])
})

const many = 'must be of local, ethereum-blobs, celestia, committee, alt-da, separated by colons: '
test.each([
  ['', `${many}"" is none`],
  ['blobs', `${many}"blobs" is none`],
  ['celestia:', `${many}"" is none`],
  ['celestia>local', `${many}"celestia>local" is none`],
  ['x'.repeat(1_000), `${many}"${'x'.repeat(40)}…" is none`],
  ['celestia:celestia', 'names celestia twice for one part'],
  ['local:celestia:alt-da:ethereum-blobs', 'must name at most 3 layers for a part, not 4'],
  ['core=local', 'must name both parts: witness is missing'],
  ['witness=local', 'must name both parts: core is missing'],
  ['core=local,core=celestia', 'names core twice'],
  ['core=local,witness=', `${many}"" is none`],
  [
    'core=local,witness=local=celestia',
    'must be LAYERS, or core=LAYERS,witness=LAYERS: "witness=local=celestia" is neither',
  ],
  ['core=local,seal=local', 'must be LAYERS, or core=LAYERS,witness=LAYERS: "seal=local" is neither'],
  ['local,celestia', 'must be LAYERS, or core=LAYERS,witness=LAYERS: "local" is neither'],
])('parsePolicy › %j is refused, and why', (text, reason) => {
  expect(() => parsePolicy(text)).toThrow(new PolicyRefused(reason))
})
