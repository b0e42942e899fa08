import { changeOwner, getBundle, register, signContactChange } from '@parley/client'
import { contactDirectoryAbi } from '@parley/contracts'
import { type Address, encodePacked, getAddress, type Hex, keccak256, parseSignature } from 'viem'
import { writeContract } from 'viem/actions'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const [owner, sponsor] = [0, 1] as const
const newOwner = getAddress(`0x${'ab'.repeat(20)}`)
const deadline = 2n ** 256n - 1n

let here: ContactsL2
let elsewhere: ContactsL2
beforeAll(async () => {
  const start = (chainId: number) => startContactsL2(2, ['contacts', 'inbox'], chainId)
  ;[here, elsewhere] = await Promise.all([start(901), start(902)])
  for (const l2 of [here, elsewhere])
    await l2.done(register(l2.client(owner), { directory: l2.directory, attributes: [] }))
})
afterAll(() => Promise.all([here, elsewhere].map((l2) => l2?.chain.stop())))

const identity = (): Address => getAddress(here.account(owner).address)

/** Sends EIP-1056's own function with a signature. */
function sendSigned(l2: ContactsL2, signature: Hex): Promise<Hex> {
  const { r, s, v } = parseSignature(signature)
  return writeContract(l2.client(sponsor), {
    address: l2.directory,
    abi: contactDirectoryAbi,
    functionName: 'changeOwnerSigned',
    args: [identity(), Number(v), r, s, newOwner],
    chain: null,
  } as never)
}

async function ownerOn(l2: ContactsL2): Promise<Address | undefined> {
  return (await getBundle(l2.client(sponsor), { directory: l2.directory, identity: identity() })).owner
}

describe('replay, where the directory has the same address on two chains', () => {
  test('replay › what EIP-1056 has signers sign is worth nothing on either', async () => {
    expect(here.directory).toBe(elsewhere.directory)
    const digest = keccak256(
      encodePacked(
        ['bytes1', 'bytes1', 'address', 'uint256', 'address', 'string', 'address'],
        ['0x19', '0x00', here.directory, 0n, identity(), 'changeOwner', newOwner],
      ),
    )
    const signature = await here.account(owner).sign({ hash: digest })
    for (const l2 of [here, elsewhere]) await expect(sendSigned(l2, signature)).rejects.toThrow(/SignatureInvalid/)
  })

  test('replay › a signature of one chain works there, once, and not on the other', async () => {
    const { directory } = here
    const change = { kind: 'owner', identity: identity(), newOwner } as const
    const authorization = await signContactChange(here.client(owner), { directory, change, deadline })
    const relaying = { directory, identity: identity(), newOwner, authorization }
    const refused = { fault: { code: 'SIGNATURE_REFUSED', signer: identity() } }
    await expect(changeOwner(elsewhere.client(sponsor), relaying)).rejects.toMatchObject(refused)
    await expect(sendSigned(elsewhere, authorization.signature)).rejects.toThrow(/SignatureInvalid/)
    await here.done(changeOwner(here.client(sponsor), relaying))
    await expect(changeOwner(here.client(sponsor), relaying)).rejects.toMatchObject(refused)
    expect([await ownerOn(here), await ownerOn(elsewhere)]).toEqual([newOwner, identity()])
  })
})
