import {
  contactDirectoryAbi,
  contactDirectoryBytecode,
  signatureVerifierAbi,
  signatureVerifierBytecode,
} from '@parley/contracts'
import { type Anvil, type DevRoles, deriveRoles, devMnemonic, startAnvil } from '@parley/infra'
import { type DIDResolutionResult, Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import {
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createWalletClient,
  getAddress,
  type Hex,
  http,
  parseEther,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clock } from './support/clock.ts'
import { forever, log } from './support/l2.ts'

const chainId = 901
const fee = parseEther('0.001')
const installation = `0x${'d7'.repeat(32)}` as const
const fallback = `0x${'3d'.repeat(32)}` as const
const delegate = getAddress(`0x${'ab'.repeat(20)}`)
const name = (text: string): Hex => stringToHex(text, { size: 32 })

let chain: Anvil
let roles: DevRoles
let directory: Address

beforeAll(async () => {
  roles = deriveRoles(devMnemonic, 4)
  chain = await startAnvil(
    { clock, log },
    {
      family: 'optimism',
      chainId,
      hardfork: 'jovian',
      mining: { kind: 'automine' },
      mnemonic: devMnemonic,
      accounts: 14,
      safeAfterBlocks: 1,
      gasLimit: 30_000_000n,
      readyWithinMs: 20_000,
    },
    forever,
  )
  const governance = roles.deployer.address
  const verifier = await deployed({ abi: signatureVerifierAbi, bytecode: signatureVerifierBytecode })
  directory = await deployed({
    abi: contactDirectoryAbi,
    bytecode: contactDirectoryBytecode,
    args: [governance, governance, verifier, fee],
  })
})
afterAll(() => chain?.stop())

const client = () => createPublicClient({ transport: http(chain.url), cacheTime: 0, pollingInterval: 20 })
const walletOf = ({ secret }: { readonly secret: Uint8Array }) =>
  createWalletClient({
    account: privateKeyToAccount(`0x${Buffer.from(secret).toString('hex')}`),
    transport: http(chain.url),
  })

async function deployed(deployment: { abi: unknown; bytecode: Hex; args?: unknown }): Promise<Address> {
  const hash = await walletOf(roles.deployer).deployContract({ chain: null, ...deployment } as never)
  const { contractAddress } = await client().waitForTransactionReceipt({ hash })
  return contractAddress!
}

type Write = ContractFunctionName<typeof contactDirectoryAbi, 'nonpayable' | 'payable'>

async function send<N extends Write>(
  user: number,
  functionName: N,
  args: ContractFunctionArgs<typeof contactDirectoryAbi, 'nonpayable' | 'payable', N>,
  value = 0n,
): Promise<bigint> {
  const call = { address: directory, abi: contactDirectoryAbi, functionName, args, value, chain: null }
  const hash = await walletOf(roles.users[user]!).writeContract(call as never)
  const receipt = await client().waitForTransactionReceipt({ hash })
  expect(receipt.status).toBe('success')
  return receipt.blockNumber
}

/** Resolves with the npm package as anyone has it. */
async function resolve(identity: Address, query = ''): Promise<DIDResolutionResult> {
  const networks = [{ name: 'parley', chainId, rpcUrl: chain.url, registry: directory }]
  const did = `did:ethr:parley:${identity}${query}`
  return await new Resolver(getResolver({ networks })).resolve(did)
}

const identityOf = (user: number): Address => getAddress(roles.users[user]!.address)
const methods = ({ didDocument }: DIDResolutionResult): readonly string[] =>
  (didDocument?.verificationMethod ?? []).map(({ id }) => id.slice(id.indexOf('#')))

test('ethr-did-resolver › an unregistered identity is its own controller', async () => {
  const { didDocument, didResolutionMetadata } = await resolve(identityOf(3))
  expect(didResolutionMetadata.error).toBeUndefined()
  expect(didDocument?.verificationMethod).toEqual([
    expect.objectContaining({ blockchainAccountId: `eip155:${chainId}:${identityOf(3)}` }),
  ])
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
})

/** Kinds of entries as the contract numbers them. */
const delegateKind = 0
const serviceKind = 3

test('ethr-did-resolver › the bundle, read in one call, has the same entries under the same numbers', async () => {
  const identity = identityOf(0)
  const { entries } = await client().readContract({
    address: directory,
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
})

test('ethr-did-resolver › a deactivated identity', async () => {
  const identity = identityOf(1)
  await send(2, 'changeOwner', [identity, `0x${'00'.repeat(20)}`])
  const { didDocument, didDocumentMetadata } = await resolve(identity)
  expect(didDocumentMetadata.deactivated).toBe(true)
  expect(didDocument?.verificationMethod).toEqual([])
})
