import {
  BlockHeaderType,
  createConversationDigest,
  domainSeparator,
  fundDigest,
  genesisHeader,
  headerDigest,
  memberKey,
  ownerAddress,
  portableVerifier,
  reclaimDigest,
  signDigest,
  signDigestRecoverable,
  typedData,
  typedDataDomain,
  withdrawDigest,
} from '@parley/protocol'
import fc from 'fast-check'
import { type Hex, hashTypedData, hexToBytes, recoverAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'

const seed = 20_261_123
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n)
const uint = (bits: number) => fc.nat(2 ** bits - 1)

const deployments = fc.record({ chainId: fc.bigInt(1n, 2n ** 53n - 1n), inbox: bytes(20) })
type Deployment = { chainId: bigint; inbox: Uint8Array }

/** What a wallet would sign. */
function walletDigest(
  { chainId, inbox }: Deployment,
  primaryType: keyof typeof typedData,
  message: Record<string, unknown>,
): Uint8Array {
  const domain = { ...typedDataDomain, chainId: Number(chainId), verifyingContract: toHex(inbox) }
  return hexToBytes(hashTypedData({ domain, types: typedData, primaryType, message } as never))
}

const place = { shard: uint(8), account: uint(32), nonce: uint64 }
const member = fc.record({ key: bytes(32), role: uint(8), allowance: uint64, priceLimit: uint64 })

const creations = fc.record({ ...place, salt: bytes(32), members: fc.array(member, { maxLength: 16 }) })
const funds = fc.record({ ...place, conversation: uint(32), member: uint(16), amount: uint64, priceLimit: uint64 })
const reclaims = fc.record({ ...place, conversation: uint(32), member: uint(16), amount: uint64 })
const withdraws = fc.record({ ...place, amount: uint64 })

test(`typed data › every digest is the one a wallet makes (seed ${seed})`, () => {
  fc.assert(
    fc.property(deployments, creations, funds, reclaims, withdraws, (deployment, create, fund, reclaim, withdraw) => {
      const separator = domainSeparator(deployment.chainId, deployment.inbox)
      const members = create.members.map((each) => ({ ...each, key: toHex(each.key) }))
      const wallet = walletDigest(deployment, 'CreateConversation', { ...create, salt: toHex(create.salt), members })
      expect(createConversationDigest(separator, create)).toEqual(wallet)
      expect(fundDigest(separator, fund)).toEqual(walletDigest(deployment, 'Fund', fund))
      expect(reclaimDigest(separator, reclaim)).toEqual(walletDigest(deployment, 'Reclaim', reclaim))
      expect(withdrawDigest(separator, withdraw)).toEqual(walletDigest(deployment, 'Withdraw', withdraw))
    }),
    { seed, numRuns: 40 },
  )
})

const deployment: Deployment = { chainId: 901n, inbox: new Uint8Array(20).fill(0xab) }
const separator = domainSeparator(deployment.chainId, deployment.inbox)
const header = genesisHeader({
  ...deployment,
  fees: { minPrice: 1n, target: 1n, fraction: 1n },
  forceDelayMs: 1n,
  genesis: {
    timestamp: 5n,
    prices: { coreByte: 1n, witnessByte: 4n, settlement: 2n, stateByte: 3n },
    lineage: new Uint8Array(32),
  },
})

test('typed data › a header is signed by its root', () => {
  const root = toHex(BlockHeaderType.hashTreeRoot(header))
  expect(headerDigest(separator, header)).toEqual(walletDigest(deployment, 'BlockHeader', { root }))
})

const secret = new Uint8Array(32).fill(7)
const account = privateKeyToAccount(toHex(secret))
const withdraw = { shard: 1, account: 2, nonce: 3n, amount: 4n }

test('owner › a wallet’s signature holds, and its address is the protocol’s', async () => {
  const domain = { ...typedDataDomain, chainId: 901, verifyingContract: toHex(deployment.inbox) }
  const signature = hexToBytes(
    await account.signTypedData({
      domain,
      types: { Withdraw: typedData.Withdraw },
      primaryType: 'Withdraw',
      message: withdraw,
    }),
  )
  const digest = withdrawDigest(separator, withdraw)
  expect(toHex(ownerAddress(secret))).toBe(account.address.toLowerCase())
  expect(portableVerifier.verifyOwner(ownerAddress(secret), digest, signature.subarray(0, 64))).toBe(true)
  expect(signDigestRecoverable(secret, digest)).toEqual(signature)
})

test('member › a signature with an even y recovers, on the L2, to the address of that point', async () => {
  const { key, secret: even } = memberKey(secret)
  const digest = withdrawDigest(separator, withdraw)
  const signature = signDigest(even, digest)
  const addresses = await Promise.all(
    [27, 28].map((v) =>
      recoverAddress({ hash: toHex(digest), signature: `${toHex(signature)}${v.toString(16)}` as Hex }),
    ),
  )
  expect(addresses.map((each) => each.toLowerCase())).toContain(toHex(ownerAddress(even)))
  expect(portableVerifier.verifyMember(key, digest, signature)).toBe(true)
})
