import { confirm, type L2Client } from '@parley/client'
import { contractOf, type DeploymentRecord, deployPhases, devPreset, type Phase } from '@parley/infra'
import { type Anvil, type DevRoles, deriveRoles, devMnemonic } from '@parley/lab'
import { type Address, bytesToHex, createTestClient, createWalletClient, type Hash, hexToBytes, http } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { log, startAutomine } from './l2.ts'

/** Contacts and inbox on an L2 that mines a block for each transaction. */
export class ContactsL2 {
  readonly chain: Anvil
  readonly roles: DevRoles
  readonly record: DeploymentRecord
  readonly directory: Address
  readonly inbox: Address

  constructor(chain: Anvil, roles: DevRoles, record: DeploymentRecord) {
    this.chain = chain
    this.roles = roles
    this.record = record
    this.directory = contractOf(record, 'ContactDirectory').address
    this.inbox = contractOf(record, 'PublicInbox').address
  }

  account(user: number): PrivateKeyAccount {
    return privateKeyToAccount(bytesToHex(this.roles.users[user]!.secret))
  }

  /** A client that acts as a user. */
  client(user: number): L2Client {
    return createWalletClient({
      account: this.account(user),
      transport: http(this.chain.url),
      pollingInterval: 20,
      cacheTime: 0,
    })
  }

  /** Moves the chain's time on and off. */
  get control() {
    return createTestClient({ mode: 'anvil', transport: http(this.chain.url) })
  }

  /** Waits for a transaction of an action. */
  async done(sent: Promise<Hash>) {
    return confirm(this.client(0), { hash: await sent })
  }
}

export async function startContactsL2(
  users = 8,
  deployed: readonly Phase[] = ['contacts', 'inbox'],
  chainId = 901,
): Promise<ContactsL2> {
  const chain = await startAutomine(10 + users, chainId)
  const roles = deriveRoles(devMnemonic, users)
  const record = await deployPhases(
    { log },
    {
      url: chain.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      phases: new Set(deployed),
      governance: hexToBytes(roles.deployer.address),
      treasury: hexToBytes(roles.verifier.address),
      voteHolder: hexToBytes(roles.users[0]!.address),
      operator: hexToBytes(roles.users[1]!.address),
      rollup: {
        sequencer: hexToBytes(roles.sequencer.address),
        bondOwner: hexToBytes(roles.bondOwner.address),
        operator: hexToBytes(roles.users[1]!.address),
        claimer: hexToBytes(roles.batcher.address),
      },
      withinMs: 340_000,
    },
  )
  return new ContactsL2(chain, roles, record)
}
