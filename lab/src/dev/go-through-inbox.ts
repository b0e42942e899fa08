import {
  allowListOf,
  ClientError,
  invite,
  quoteInvite,
  relayInvite,
  setAllowList,
  setGate,
  setStanding,
  signInvite,
  watchInvites,
  withdrawCredit,
} from '@parley/client'
import type { DeployedContract } from '@parley/infra'
import type { Clock } from '@parley/runtime'
import { type Address, type Hex, keccak256, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { L2Report } from './l2-report.ts'
import { Meter } from './meter.ts'
import type { Person } from './person.ts'

interface Contracts {
  readonly inbox: DeployedContract
  readonly allowListGate: Address
}

interface Surroundings {
  readonly clock: Clock
  readonly signal: AbortSignal
}

const hour = 3600n
const digestOf = (n: number): Hex => keccak256(toHex(`envelope ${n}`))

/** Invites through the default gate, by a hidden sender and through an allow list; two more are to be refused. */
export async function goThroughInbox(
  contracts: Contracts,
  people: readonly Person[],
  surroundings: Surroundings,
): Promise<NonNullable<L2Report['inbox']>> {
  const [sender, relayer, recipient, stranger] = people as readonly [Person, Person, Person, Person]
  const { address: inbox } = contracts.inbox
  const meter = new Meter()
  const inboxMeter = new InboxMeter(meter, inbox, recipient)
  await inboxMeter.invite('invite', sender, digestOf(0))
  await inboxMeter.relay(relayer, digestOf(1), surroundings.clock)
  const list = allowListOf([sender.address])
  const { client } = recipient
  const { allowListGate: gate } = contracts
  await meter.run('setAllowList', recipient, setAllowList(client, { gate, root: list.root }))
  await meter.run('setGate', recipient, setGate(client, { inbox, gate }))
  await inboxMeter.invite('inviteAllowed', sender, digestOf(2), list.dataOf(sender.address))
  const refusals = [await inboxMeter.refuses(stranger, digestOf(3), 'INVITE_REFUSED')]
  const blocking = { inbox, counterparty: sender.address, standing: 'blocked' } as const
  await meter.run('setStanding', recipient, setStanding(client, blocking))
  refusals.push(await inboxMeter.refuses(sender, digestOf(3), 'INVITE_BLOCKED'))
  await meter.run('withdrawCredit', recipient, withdrawCredit(client, { inbox }))
  return {
    invited: inboxMeter.sent.length,
    refused: refusals.filter((refused) => refused).length,
    refusable: refusals.length,
    watched: await watched(contracts.inbox, recipient, inboxMeter.sent, surroundings),
    gas: meter.gas,
  }
}

/** Sends invites to one inbox and remembers their digests. */
class InboxMeter {
  readonly sent: Hex[] = []
  readonly #meter: Meter
  readonly #inbox: Address
  readonly #recipient: Address

  constructor(meter: Meter, inbox: Address, { address }: Person) {
    this.#meter = meter
    this.#inbox = inbox
    this.#recipient = address
  }

  async invite(name: string, sender: Person, contentDigest: Hex, gateData: Hex = '0x'): Promise<void> {
    const request = this.#request(contentDigest, gateData)
    const { fee } = await quoteInvite(sender.client, { ...request, sender: sender.address })
    await this.#meter.run(name, sender, invite(sender.client, { ...request, maxFee: fee }))
    this.sent.push(contentDigest)
  }

  async relay(relayer: Person, contentDigest: Hex, clock: Clock): Promise<void> {
    const request = this.#request(contentDigest, '0x')
    const account = privateKeyToAccount(generatePrivateKey())
    const deadline = BigInt(Math.floor(clock.now() / 1000)) + hour
    const authorization = await signInvite(relayer.client, { ...request, deadline, account })
    const quoting = { ...request, sender: account.address, payer: relayer.address }
    const { fee } = await quoteInvite(relayer.client, quoting)
    const relaying = relayInvite(relayer.client, { ...request, maxFee: fee, authorization })
    await this.#meter.run('relayInvite', relayer, relaying)
    this.sent.push(contentDigest)
  }

  /** Whether an invite is refused for the reason that it should be. */
  async refuses(sender: Person, contentDigest: Hex, code: string): Promise<boolean> {
    try {
      const request = this.#request(contentDigest, '0x')
      await quoteInvite(sender.client, { ...request, sender: sender.address })
      return false
    } catch (error) {
      if (error instanceof ClientError && error.fault.code === code) return true
      throw error
    }
  }

  #request(contentDigest: Hex, gateData: Hex) {
    return { inbox: this.#inbox, recipient: this.#recipient, contentDigest, gateData }
  }
}

/** How many of the invites sent are told by watching the inbox, in order, up to a head that is its own. */
async function watched(
  { address: inbox, block: deploymentBlock }: DeployedContract,
  { client, address: recipient }: Person,
  sent: readonly Hex[],
  { clock, signal }: Surroundings,
): Promise<number> {
  const told: Hex[] = []
  for await (const page of watchInvites(client, { inbox, recipient, deploymentBlock, clock, signal })) {
    if (page.voidFrom !== undefined) told.length = Number(page.voidFrom)
    told.push(...page.invites.map(({ contentDigest }) => contentDigest))
    if (page.caughtUp) break
  }
  return told.filter((digest, i) => digest === sent[i]).length
}
