import { resolve as resolveBundle } from '@parley/client'
import { contactDirectoryAbi } from '@parley/contracts'
import { type DIDResolutionResult, Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import {
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  getAddress,
  type Hex,
  http,
  parseEther,
  stringToHex,
} from 'viem'
import { writeContract } from 'viem/actions'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const chainId = 901
const fee = parseEther('0.001')
const installation = `0x${'d7'.repeat(32)}` as const
const fallback = `0x${'3d'.repeat(32)}` as const
const delegate = getAddress(`0x${'ab'.repeat(20)}`)
const name = (text: string): Hex => stringToHex(text, { size: 32 })

let l2: ContactsL2

beforeAll(async () => {
  l2 = await startContactsL2(4)
})
afterAll(() => l2?.chain.stop())

const client = () => createPublicClient({ transport: http(l2.chain.url), cacheTime: 0, pollingInterval: 20 })

type Write = ContractFunctionName<typeof contactDirectoryAbi, 'nonpayable' | 'payable'>

async function send<N extends Write>(
  user: number,
  functionName: N,
  args: ContractFunctionArgs<typeof contactDirectoryAbi, 'nonpayable' | 'payable', N>,
  value = 0n,
): Promise<bigint> {
  const call = { address: l2.directory, abi: contactDirectoryAbi, functionName, args, value, chain: null }
  const hash = await writeContract(l2.client(user), call as never)
  const receipt = await client().waitForTransactionReceipt({ hash })
  expect(receipt.status).toBe('success')
  return receipt.blockNumber
}

/** Resolves with the npm package as anyone has it. */
async function resolve(identity: Address, query = ''): Promise<DIDResolutionResult> {
  const networks = [{ name: 'parley', chainId, rpcUrl: l2.chain.url, registry: l2.directory }]
  const did = `did:ethr:parley:${identity}${query}`
  return await new Resolver(getResolver({ networks })).resolve(did)
}

/** A document with its lists as the sets that they are. */
function unordered(document: object): Record<string, unknown> {
  const key = (each: unknown): string => JSON.stringify(each)
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.toSorted((a, b) => key(a).localeCompare(key(b))) : value,
    ]),
  )
}

/** Holds the document of one call against the one that the npm package makes of the history. */
async function expectSameDocument(identity: Address): Promise<void> {
  const { didDocument } = await resolve(identity)
  const { document } = await resolveBundle(client(), { directory: l2.directory, identity, network: 'parley' })
  expect(unordered(document)).toEqual(unordered(didDocument!))
}

const identityOf = (user: number): Address => getAddress(l2.account(user).address)
const methods = ({ didDocument }: DIDResolutionResult): readonly string[] =>
  (didDocument?.verificationMethod ?? []).map(({ id }) => id.slice(id.indexOf('#')))

test('ethr-did-resolver › an unregistered identity is its own controller', async () => {
  const { didDocument, didResolutionMetadata } = await resolve(identityOf(3))
  expect(didResolutionMetadata.error).toBeUndefined()
  expect(didDocument?.verificationMethod).toEqual([
    expect.objectContaining({ blockchainAccountId: `eip155:${chainId}:${identityOf(3)}` }),
  ])
  await expectSameDocument(identityOf(3))
})

test('ethr-did-resolver › keys, delegates and services of a registered identity', async () => {
  const identity = identityOf(0)
  const year = 31_536_000n
  await send(
    0,
    'register',
    [
      [
        { name: name('did/pub/Ed25519/veriKey/hex'), value: installation, validity: year },
        { name: name('did/pub/X25519/enc/hex'), value: fallback, validity: year },
        { name: name('parley/keyPackages'), value: installation, validity: year },
        { name: name('did/svc/Messaging'), value: stringToHex('https://example.org'), validity: year },
      ],
    ],
    fee,
  )
  await send(0, 'addDelegate', [identity, name('sigAuth'), delegate, year])
  const { didDocument } = await resolve(identity)
  const did = `did:ethr:parley:${identity}`
  expect(didDocument).toMatchObject({
    id: did,
    verificationMethod: [
      { id: `${did}#controller`, blockchainAccountId: `eip155:${chainId}:${identity}` },
      { id: `${did}#delegate-1`, type: 'Ed25519VerificationKey2018', publicKeyHex: installation.slice(2) },
      { id: `${did}#delegate-2`, type: 'X25519KeyAgreementKey2019', publicKeyHex: fallback.slice(2) },
      { id: `${did}#delegate-3`, blockchainAccountId: `eip155:${chainId}:${delegate}` },
    ],
    authentication: [`${did}#controller`, `${did}#delegate-3`],
    assertionMethod: [`${did}#controller`, `${did}#delegate-1`, `${did}#delegate-3`],
    keyAgreement: [`${did}#delegate-2`],
    service: [{ id: `${did}#service-1`, type: 'Messaging', serviceEndpoint: 'https://example.org' }],
  })
  await expectSameDocument(identity)
})

/** Kinds of entries as the contract numbers them. */
const delegateKind = 0
const serviceKind = 3

test('ethr-did-resolver › the bundle, read in one call, has the same entries under the same numbers', async () => {
  const identity = identityOf(0)
  const { entries } = await client().readContract({
    address: l2.directory,
    abi: contactDirectoryAbi,
    functionName: 'bundle',
    args: [identity],
  })
  const resolved = await resolve(identity)
  const fromBundle = entries
    .filter(({ kind }) => kind !== serviceKind)
    .map(({ number, kind, value }) => [
      `#delegate-${number}`,
      kind === delegateKind ? getAddress(value) : value.slice(2),
    ])
  const fromResolver = resolved
    .didDocument!.verificationMethod!.slice(1)
    .map(({ id, publicKeyHex, blockchainAccountId }) => [
      id.slice(id.indexOf('#')),
      publicKeyHex ?? blockchainAccountId?.split(':')[2],
    ])
  expect(new Map(fromBundle as [string, string][])).toEqual(new Map(fromResolver as [string, string][]))
  expect(entries.filter(({ kind }) => kind === serviceKind).map(({ number }) => number)).toEqual([1])
})

test('ethr-did-resolver › a changed identity, and what it was before', async () => {
  await send(1, 'register', [[]], fee)
  const year = 31_536_000n
  const identity = identityOf(1)
  const before = await send(1, 'setAttribute', [identity, name('did/pub/Ed25519/veriKey/hex'), installation, year])
  await send(1, 'revokeAttribute', [identity, name('did/pub/Ed25519/veriKey/hex'), installation])
  await send(1, 'addDelegate', [identity, name('veriKey'), delegate, year])
  await send(1, 'revokeDelegate', [identity, name('veriKey'), delegate])
  await send(1, 'changeOwner', [identity, identityOf(2)])
  const now = await resolve(identity)
  expect(methods(now)).toEqual(['#controller'])
  expect(now.didDocument?.verificationMethod?.[0]).toMatchObject({
    blockchainAccountId: `eip155:${chainId}:${identityOf(2)}`,
  })
  expect(methods(await resolve(identity, `?versionId=${before}`))).toEqual(['#controller', '#delegate-1'])
  await expectSameDocument(identity)
})

test('ethr-did-resolver › a deactivated identity', async () => {
  const identity = identityOf(1)
  await send(2, 'changeOwner', [identity, `0x${'00'.repeat(20)}`])
  const { didDocument, didDocumentMetadata } = await resolve(identity)
  expect(didDocumentMetadata.deactivated).toBe(true)
  expect(didDocument?.verificationMethod).toEqual([])
  await expectSameDocument(identity)
})

test('ethr-did-resolver › the same document after every change of keys, delegates and services', async () => {
  await send(2, 'register', [[]], fee)
  const identity = identityOf(2)
  const year = 31_536_000n
  const keys = [
    'did/pub/Ed25519/sigAuth/base58',
    'did/pub/Secp256k1/veriKey',
    'did/pub/RSA/veriKey/pem',
    'did/pub/X25519/enc/base64',
    'did/pub/Bls12381/other/raw',
    'did/pub/Dilithium',
    'did/svc/Files',
    'did/svc/Json',
    'telephone',
  ]
  const values = [
    installation,
    '0x02aa',
    stringToHex('-----BEGIN'),
    fallback,
    '0x0102',
    '0x03',
    '0xff',
    '0x7b7d',
    '0x31',
  ]
  const set = (n: number) => send(2, 'setAttribute', [identity, name(keys[n]!), values[n] as Hex, year])
  const revoke = (n: number) => send(2, 'revokeAttribute', [identity, name(keys[n]!), values[n] as Hex])
  for (const n of keys.keys()) await set(n)
  await expectSameDocument(identity)
  for (const type of ['sigAuth', 'veriKey', 'parley/write'])
    await send(2, 'addDelegate', [identity, name(type), delegate, year])
  for (const n of [0, 6, 2]) await revoke(n)
  await set(1)
  await set(2)
  await expectSameDocument(identity)
  await send(2, 'revokeDelegate', [identity, name('sigAuth'), delegate])
  for (const n of [1, 4, 5, 7]) await revoke(n)
  await expectSameDocument(identity)
})

test('ethr-did-resolver › goes on naming a revoked key for agreement; here it is gone', async () => {
  const identity = identityOf(2)
  await send(2, 'revokeAttribute', [identity, name('did/pub/X25519/enc/base64'), fallback])
  const { didDocument } = await resolve(identity)
  const { document } = await resolveBundle(client(), { directory: l2.directory, identity, network: 'parley' })
  const { keyAgreement, ...rest } = didDocument!
  expect(keyAgreement).toHaveLength(1)
  expect(methods({ didDocument } as DIDResolutionResult)).not.toContain(String(keyAgreement![0]).replace(/.*#/, '#'))
  expect(unordered(document)).toEqual(unordered(rest))
})
