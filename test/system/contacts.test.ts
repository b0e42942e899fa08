import {
  type Attribute,
  addDelegate,
  changeOwner,
  deactivate,
  getBundle,
  getIdentities,
  keyAttribute,
  pointerAttribute,
  register,
  resolve,
  revokeDelegate,
  revokeKey,
  revokePointer,
  setAttributes,
  setKey,
  setPointer,
  settingOf,
  signContactChange,
} from '@parley/client'
import { type Address, createPublicClient, getAddress, http, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const year = 31_536_000n
const forever = 2n ** 256n - 1n
const digest = `0x${'7a'.repeat(32)}` as const
const installation = { algorithm: 'Ed25519', use: 'installation', value: `0x${'d7'.repeat(32)}` } as const
const fallback = { algorithm: 'X25519', use: 'fallback', value: `0x${'3d'.repeat(32)}` } as const

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2()
})
afterAll(() => l2?.chain.stop())

const identityOf = (user: number): Address => getAddress(l2.account(user).address)
const bundleOf = (user: number) => getBundle(l2.client(0), { directory: l2.directory, identity: identityOf(user) })
/** Parameters of a change that a user makes to itself. */
const own = (user: number) => ({ directory: l2.directory, identity: identityOf(user) })
const fault = (code: string, data: object = {}) => ({ fault: expect.objectContaining({ code, ...data }) })

describe('contacts', () => {
  test('register › with keys and pointers, each in the bundle afterwards', async () => {
    const attributes = [
      keyAttribute(installation, year),
      keyAttribute(fallback, year),
      pointerAttribute('keyPackages', digest, year),
      pointerAttribute('preferences', digest, year),
    ]
    await l2.done(register(l2.client(0), { directory: l2.directory, attributes }))
    const { entries, keyPackages, preferences, owner, registeredAt } = await bundleOf(0)
    expect(entries.map(({ kind, name, value }) => [kind, name, value])).toEqual([
      ['installationKey', 'did/pub/Ed25519/veriKey/hex', installation.value],
      ['fallbackKey', 'did/pub/X25519/enc/hex', fallback.value],
    ])
    expect([keyPackages?.digest, preferences?.digest, owner]).toEqual([digest, digest, identityOf(0)])
    expect(registeredAt).toBeGreaterThan(0n)
    const identities = await getIdentities(l2.client(0), { directory: l2.directory, from: 0n, count: 10 })
    expect(identities).toEqual([identityOf(0)])
    await expect(register(l2.client(0), { directory: l2.directory, attributes: [] })).rejects.toMatchObject(
      fault('IDENTITY_REGISTERED', { identity: identityOf(0) }),
    )
  })

  test('register › on a signature, paid by a sponsor, once and until its deadline', async () => {
    const attributes: Attribute[] = [keyAttribute(installation, year)]
    const change = { kind: 'register', changes: attributes.map(settingOf) } as const
    const sign = (deadline: bigint) => signContactChange(l2.client(1), { directory: l2.directory, change, deadline })
    const sponsored = { directory: l2.directory, attributes }
    const late = await sign(1n)
    await expect(register(l2.client(2), { ...sponsored, authorization: late })).rejects.toMatchObject(
      fault('SIGNATURE_EXPIRED', { deadline: 1n }),
    )
    const authorization = await sign(forever)
    const other = { ...sponsored, attributes: [], authorization }
    await expect(register(l2.client(2), other)).rejects.toMatchObject(
      fault('SIGNATURE_REFUSED', { signer: identityOf(1) }),
    )
    await expect(register(l2.client(2), { ...sponsored, authorization, fee: 1n })).rejects.toMatchObject(
      fault('REGISTRATION_FEE_WRONG', { value: 1n, fee: 10n ** 15n }),
    )
    await l2.done(register(l2.client(2), { ...sponsored, authorization }))
    expect((await bundleOf(1)).entries).toHaveLength(1)
    expect((await bundleOf(2)).registeredAt).toBeUndefined()
  })

  test('set and revoke › keys, pointers and attributes', async () => {
    const key = { ...installation, value: '0x01' } as const
    await l2.done(setKey(l2.client(0), { ...own(0), key, validity: year }))
    expect((await bundleOf(0)).entries).toHaveLength(3)
    await l2.done(revokeKey(l2.client(0), { ...own(0), key }))
    expect((await bundleOf(0)).entries).toHaveLength(2)
    await expect(revokeKey(l2.client(0), { ...own(0), key })).rejects.toMatchObject(
      fault('BUNDLE_LACKS', { identity: identityOf(0) }),
    )
    const changed = `0x${'7b'.repeat(32)}` as const
    await l2.done(setPointer(l2.client(0), { ...own(0), pointer: 'preferences', digest: changed, validity: year }))
    expect((await bundleOf(0)).preferences?.digest).toBe(changed)
    await l2.done(revokePointer(l2.client(0), { ...own(0), pointer: 'preferences', digest: changed }))
    expect((await bundleOf(0)).preferences).toBeUndefined()
    const service = { name: 'did/svc/Messaging', value: '0x68', validity: year } as const
    await l2.done(setAttributes(l2.client(0), { ...own(0), attributes: [service] }))
    expect((await bundleOf(0)).entries.filter(({ kind }) => kind === 'service')).toHaveLength(1)
  })

  test('delegates › write for the owner while they are delegates, and nobody else does', async () => {
    const setting = { ...own(0), key: { ...installation, value: '0x02' } as const, validity: year }
    await expect(setKey(l2.client(3), setting)).rejects.toMatchObject(
      fault('IDENTITY_NOT_YOURS', { identity: identityOf(0), actor: identityOf(3) }),
    )
    const delegate = { ...own(0), delegateType: 'parley/write', delegate: identityOf(3) }
    await l2.done(addDelegate(l2.client(0), { ...delegate, validity: year }))
    await l2.done(setKey(l2.client(3), setting))
    const revocation = { kind: 'delegate', ...own(0), ...delegate, validity: 0n } as const
    const signed = { directory: l2.directory, change: revocation, deadline: forever }
    const authorization = await signContactChange(l2.client(0), signed)
    await l2.done(revokeDelegate(l2.client(4), { ...delegate, authorization }))
    await expect(revokeKey(l2.client(3), setting)).rejects.toMatchObject(fault('IDENTITY_NOT_YOURS'))
  })

  test('owner › may be another one, and none for ever', async () => {
    await expect(changeOwner(l2.client(0), { ...own(0), newOwner: zeroAddress })).rejects.toMatchObject(
      fault('ARGUMENT_INVALID', { field: 'newOwner' }),
    )
    await l2.done(changeOwner(l2.client(0), { ...own(0), newOwner: identityOf(4) }))
    expect((await bundleOf(0)).owner).toBe(identityOf(4))
    await expect(deactivate(l2.client(0), own(0))).rejects.toMatchObject(fault('IDENTITY_NOT_YOURS'))
    await l2.done(deactivate(l2.client(4), own(0)))
    expect(await bundleOf(0)).toMatchObject({ owner: undefined, deactivated: true, entries: [] })
    await expect(setKey(l2.client(4), { ...own(0), key: installation, validity: year })).rejects.toMatchObject(
      fault('IDENTITY_DEACTIVATED', { identity: identityOf(0) }),
    )
  })
})

describe('faults', () => {
  test('actions › refuse what is not of the stated form before anything is sent', async () => {
    const client = l2.client(5)
    const bad = { directory: l2.directory, identity: '0x01' } as const
    await expect(getBundle(client, bad)).rejects.toMatchObject(fault('ARGUMENT_INVALID', { field: 'identity' }))
    const key = { ...own(5), key: installation }
    await expect(setKey(client, { ...key, validity: 0n })).rejects.toMatchObject(
      fault('ARGUMENT_OUT_OF_RANGE', { field: 'validity', minimum: 1n, maximum: 20n * year }),
    )
    const long = { name: 'x'.repeat(33), value: '0x', validity: year } as const
    await expect(setAttributes(client, { ...own(5), attributes: [long] })).rejects.toMatchObject(
      fault('ARGUMENT_OUT_OF_RANGE', { field: 'name', value: 33 }),
    )
    const pointer = { ...own(5), pointer: 'preferences', digest: '0x01', validity: year } as const
    await expect(setPointer(client, pointer)).rejects.toMatchObject(fault('ARGUMENT_OUT_OF_RANGE', { field: 'digest' }))
  })

  test('actions › tell a chain that is away, a contract that is not there and an account that is missing', async () => {
    const away = createPublicClient({ transport: http('http://127.0.0.1:1', { retryCount: 0 }) })
    await expect(getBundle(away, own(5))).rejects.toMatchObject(fault('L2_UNAVAILABLE'))
    const nowhere = { directory: identityOf(5), identity: identityOf(5) }
    await expect(getBundle(l2.client(5), nowhere)).rejects.toMatchObject(
      fault('CONTRACT_UNKNOWN', { contract: identityOf(5) }),
    )
    const reader = createPublicClient({ transport: http(l2.chain.url) })
    const attributes: Attribute[] = []
    await expect(register(reader, { directory: l2.directory, attributes })).rejects.toMatchObject(
      fault('ACCOUNT_MISSING'),
    )
  })

  test('CONTRACT_REFUSED › names every other error of the contract, with its arguments', async () => {
    const malformed = { name: 'did/pub/', value: '0x01', validity: year } as const
    const writing = setAttributes(l2.client(1), { ...own(1), attributes: [malformed] })
    await expect(writing).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', {
        contract: l2.directory,
        error: 'ContactDirectory_MalformedName',
        args: { name: expect.stringMatching(/^0x/) },
      }),
    )
  })

  test('resolve › what nobody registered is its own controller', async () => {
    const { document, bundle } = await resolve(l2.client(0), own(6))
    expect(bundle.registeredAt).toBeUndefined()
    expect(document.verificationMethod).toMatchObject([{ blockchainAccountId: `eip155:901:${identityOf(6)}` }])
  })
})
