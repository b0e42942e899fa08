import {
  type Attribute,
  addDelegate,
  type ContactBundle,
  changeOwner,
  keyAttribute,
  pointerAttribute,
  register,
  resolve,
  revokeDelegate,
  revokeKey,
  setKey,
  setPointer,
  settingOf,
  signContactChange,
} from '@parley/client'
import type { Clock } from '@parley/runtime'
import { type Address, type Hex, isAddressEqual, keccak256, toHex } from 'viem'
import type { L2Report } from './l2-report.ts'
import { Meter } from './meter.ts'
import type { Person } from './person.ts'

const year = 31_536_000n
const hour = 3600n

/** 32 bytes that differ from name to name: what is in them is nobody's affair here. */
const sample = (name: string): Hex => keccak256(toHex(name))

const installation = { algorithm: 'Ed25519', use: 'installation', value: sample('installation') } as const
const another = { ...installation, value: sample('another installation') } as const
const fallback = { algorithm: 'X25519', use: 'fallback', value: sample('fallback') } as const

/** Two people register, one of them on a sponsor's money; the first changes everything there is to change. */
export async function goThroughContacts(
  directory: Address,
  people: readonly Person[],
  clock: Clock,
): Promise<NonNullable<L2Report['contacts']>> {
  const [first, second, sponsor] = people as readonly [Person, Person, Person]
  const meter = new Meter()
  const attributes: Attribute[] = [
    keyAttribute(installation, year),
    keyAttribute(fallback, year),
    pointerAttribute('keyPackages', sample('key packages'), year),
  ]
  await meter.run('register', first, register(first.client, { directory, attributes }))
  const change = { kind: 'register', changes: attributes.map(settingOf) } as const
  const deadline = BigInt(Math.floor(clock.now() / 1000)) + hour
  const authorization = await signContactChange(second.client, { directory, change, deadline })
  await meter.run('registerSponsored', sponsor, register(sponsor.client, { directory, attributes, authorization }))
  const registered = [first, second]
  const asRegistered = await count(
    registered,
    directory,
    ({ keyPackages, entries }) =>
      keyPackages?.digest === sample('key packages') && holds(entries, [installation.value, fallback.value]),
  )
  await changeAll(meter, directory, first, second)
  const changed = await count(
    [first],
    directory,
    ({ owner, preferences, entries }) =>
      owner !== undefined &&
      isAddressEqual(owner, second.address) &&
      preferences?.digest === sample('preferences') &&
      holds(entries, [another.value, fallback.value]),
  )
  return { registered: registered.length, resolved: changed === 1 ? asRegistered : 0, gas: meter.gas }
}

async function changeAll(meter: Meter, directory: Address, { client, address }: Person, next: Person): Promise<void> {
  const own = { directory, identity: address }
  const person = { client, address }
  const pointer = { pointer: 'preferences', digest: sample('preferences'), validity: year } as const
  const delegate = { ...own, delegateType: 'sigAuth', delegate: next.address }
  await meter.run('setKey', person, setKey(client, { ...own, key: another, validity: year }))
  await meter.run('renewKey', person, setKey(client, { ...own, key: another, validity: 2n * year }))
  await meter.run('setPointer', person, setPointer(client, { ...own, ...pointer }))
  await meter.run('revokeKey', person, revokeKey(client, { ...own, key: installation }))
  await meter.run('addDelegate', person, addDelegate(client, { ...delegate, validity: year }))
  await meter.run('revokeDelegate', person, revokeDelegate(client, delegate))
  await meter.run('changeOwner', person, changeOwner(client, { ...own, newOwner: next.address }))
}

/** How many have a bundle that is as it should be, and a document that names each of its keys. */
async function count(
  people: readonly Person[],
  directory: Address,
  isRight: (bundle: ContactBundle) => boolean,
): Promise<number> {
  const resolved = await Promise.all(
    people.map(({ client, address }) => resolve(client, { directory, identity: address })),
  )
  return resolved.filter(({ bundle, document }) => {
    const told = document.verificationMethod.map(({ publicKeyHex }) => publicKeyHex)
    return isRight(bundle) && bundle.entries.every(({ value }) => told.includes(value.slice(2)))
  }).length
}

function holds(entries: ContactBundle['entries'], values: readonly Hex[]): boolean {
  return entries.length === values.length && values.every((value) => entries.some((entry) => entry.value === value))
}
