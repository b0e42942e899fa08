import { register, resolve as resolveBundle } from '@parley/client'
import { contactDirectoryAbi } from '@parley/contracts'
import { Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import { createPublicClient, getAddress, type Hex, http, keccak256, stringToHex, toHex } from 'viem'
import { simulateContract, waitForTransactionReceipt, writeContract } from 'viem/actions'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2(2)
})
afterAll(() => l2?.chain.stop())

const year = 31_536_000n
const veriKey = stringToHex('did/pub/Ed25519/veriKey/hex', { size: 32 })
const client = () => createPublicClient({ transport: http(l2.chain.url), cacheTime: 0, pollingInterval: 20 })
/** No text in any part of it, and text that goes on after a zero. */
const hostile: readonly Hex[] = [
  keccak256(toHex('org.example.rotate')),
  `0x76ff${'00'.repeat(30)}`,
  `0x76006b${'00'.repeat(29)}`,
]

async function write(functionName: 'addDelegate' | 'setAttribute', args: readonly unknown[]): Promise<void> {
  const call = { address: l2.directory, abi: contactDirectoryAbi, functionName, args, chain: null }
  const hash = await writeContract(l2.client(0), call as never)
  expect((await waitForTransactionReceipt(l2.client(0), { hash })).status).toBe('success')
}

const keysOf = (methods: readonly { readonly id: string; readonly publicKeyHex?: string }[]) =>
  Object.fromEntries(methods.map(({ id, publicKeyHex }) => [id.slice(id.indexOf('#')), publicKeyHex?.slice(0, 2)]))

test('numbers › bundle and resolver name the same keys by the same fragments, whatever bytes types and names are', async () => {
  const identity = getAddress(l2.account(0).address)
  const { directory } = l2
  await l2.done(register(l2.client(0), { directory, attributes: [] }))
  for (const bytes of hostile) {
    const args = [identity, bytes, l2.account(1).address, year] as const
    const call = { address: directory, abi: contactDirectoryAbi, functionName: 'addDelegate', args } as const
    await expect(simulateContract(l2.client(0), call)).rejects.toThrow('ContactDirectory_MalformedDelegateType')
    await write('setAttribute', [identity, bytes, '0xab', year])
  }
  await write('addDelegate', [identity, stringToHex('veriKey', { size: 32 }), l2.account(1).address, year])
  for (const byte of ['d7', 'e8']) await write('setAttribute', [identity, veriKey, `0x${byte.repeat(32)}`, year])

  const networks = [{ name: 'parley', chainId: 901, rpcUrl: l2.chain.url, registry: directory }]
  const { didDocument } = await new Resolver(getResolver({ networks })).resolve(`did:ethr:parley:${identity}`)
  const { document } = await resolveBundle(client(), { directory, identity, network: 'parley' })
  const byHistory = keysOf(didDocument!.verificationMethod!)
  expect(byHistory).toMatchObject({ '#delegate-2': 'd7', '#delegate-3': 'e8' })
  expect(keysOf(document.verificationMethod as never)).toEqual(byHistory)
})
