import { createClient, custom, type Hex } from 'viem'
import { toAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { didDocumentOf } from '../src/contacts/did-document.ts'
import { type ContactBundle, type L2Client, signContactChange } from '../src/index.ts'

const identity = `0x${'ab'.repeat(20)}` as const
const directory = `0x${'cd'.repeat(20)}` as const
const chain = {
  id: 901,
  name: 'L2',
  nativeCurrency: { name: '', symbol: '', decimals: 18 },
  rpcUrls: { default: { http: [] } },
}

/** A client that asks nobody anything. */
const alone = (account?: ReturnType<typeof toAccount>): L2Client =>
  createClient({
    chain,
    ...(account && { account }),
    transport: custom({ request: () => Promise.reject(new Error('nothing is to be asked')) }),
  })

describe('signContactChange', () => {
  // As a smart account that is not deployed yet signs: whatever bytes, ending in ERC-6492's.
  const wrapped: Hex = `0x${'11'.repeat(100)}${'6492'.repeat(16)}`

  test('signContactChange › what a smart account signs is passed through as it is', async () => {
    const asked: unknown[] = []
    const account = toAccount({
      address: identity,
      signMessage: async () => '0x',
      signTransaction: async () => '0x',
      signTypedData: async (typed) => {
        asked.push(typed)
        return wrapped
      },
    })
    const change = { kind: 'owner', identity, newOwner: directory } as const
    const signed = await signContactChange(alone(account), { directory, change, deadline: 9n, nonce: 7n })
    expect(signed).toEqual({ signer: identity, deadline: 9n, signature: wrapped })
    expect(asked).toEqual([
      expect.objectContaining({
        primaryType: 'ChangeOwner',
        domain: { name: 'Parley ContactDirectory', version: '1', chainId: 901, verifyingContract: directory },
        message: { identity, newOwner: directory, signer: identity, nonce: 7n, deadline: 9n },
      }),
    ])
  })

  test('signContactChange › nobody signs without an account', async () => {
    const change = { kind: 'owner', identity, newOwner: directory } as const
    await expect(signContactChange(alone(), { directory, change, deadline: 9n, nonce: 7n })).rejects.toMatchObject({
      fault: { code: 'ACCOUNT_MISSING' },
    })
  })
})

describe('didDocumentOf', () => {
  const bundle: ContactBundle = {
    identity,
    owner: identity,
    registeredAt: 1n,
    changedAt: 2n,
    deactivated: false,
    keyPackages: undefined,
    preferences: undefined,
    entries: [],
  }
  const key = (name: string, value: Hex, number = 1) =>
    ({ kind: 'installationKey', name, value, validTo: 9n, number }) as const

  test.each([
    ['no encoding', 'did/pub/Secp256k1/veriKey', { type: 'EcdsaSecp256k1VerificationKey2019', publicKeyHex: '00ff' }],
    ['hex', 'did/pub/Ed25519/veriKey/hex', { type: 'Ed25519VerificationKey2018', publicKeyHex: '00ff' }],
    ['base64', 'did/pub/Ed25519/veriKey/base64', { publicKeyBase64: 'AP8=' }],
    ['base58', 'did/pub/Ed25519/veriKey/base58', { publicKeyBase58: '15Q' }],
    ['an encoding of its own', 'did/pub/Other/kind/raw', { type: 'Other', value: '00ff' }],
  ])('didDocumentOf › a key in %s', (_, name, expected) => {
    const { verificationMethod } = didDocumentOf({ ...bundle, entries: [key(name, '0x00ff')] }, 'did:x', 901)
    expect(verificationMethod[1]).toMatchObject({ id: 'did:x#delegate-1', controller: 'did:x', ...expected })
  })

  test('didDocumentOf › leaves out text that is none', () => {
    const service = { kind: 'service', name: 'did/svc/Files', value: '0xff', validTo: 9n, number: 1 } as const
    const entries = [key('did/pub/RSA/veriKey/pem', '0xff'), service]
    const { verificationMethod, service: services } = didDocumentOf({ ...bundle, entries }, 'did:x', 901)
    expect([verificationMethod.length, services]).toEqual([1, undefined])
  })
})
