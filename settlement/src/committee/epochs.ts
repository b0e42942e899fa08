import { dataCommitteeAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import type { Clock } from '@parley/runtime'
import { type Address, hexToBytes, type PublicClient } from 'viem'

/** One who signs, and where it serves. */
export interface Member {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly url: string
}

/** Who signs during some time; times in seconds since 1970. */
export interface Epoch {
  readonly number: number
  readonly startsAt: bigint
  /** Undefined while no later epoch is announced. */
  readonly endsAt: bigint | undefined
  /** Signatures that a claim needs. */
  readonly k: number
  readonly members: readonly Member[]
}

type Roster = Omit<Epoch, 'members'> & { readonly addresses: readonly Address[] }

/** Milliseconds after which it is asked again where a member serves. */
const urlMs = 60_000

/** The epochs of a committee, each read once but for its end, and the members' addresses now and then. */
export class Epochs {
  private readonly client: PublicClient
  private readonly clock: Clock
  private readonly committee: Address
  private readonly rosters = new Map<number, Roster>()
  private readonly urls = new Map<Address, { readonly url: string; readonly at: number }>()
  private count = 0

  constructor(client: PublicClient, clock: Clock, committee: Address) {
    this.client = client
    this.clock = clock
    this.committee = committee
  }

  /** Those that have begun by `time`, the latest first, as far back as one ended before `since`. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  async begun(time: bigint, since: bigint, signal: AbortSignal): Promise<readonly Epoch[]> {
    const found: Epoch[] = []
    for (let number = await this.look(signal); number > 0; number -= 1) {
      const roster = await this.roster(number, signal)
      if (roster.endsAt !== undefined && roster.endsAt < since) break
      if (roster.startsAt <= time) found.push(await this.withMembers(roster, signal))
    }
    return found
  }

  /** An epoch by its number; undefined when none has it. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`. */
  async find(number: number, signal: AbortSignal): Promise<Epoch | undefined> {
    if (number < 1 || (number > this.count && number > (await this.look(signal)))) return undefined
    return this.withMembers(await this.roster(number, signal), signal)
  }

  /** Number of the latest. The one before it ends when a new one is announced, so that it is read again. */
  private async look(signal: AbortSignal): Promise<number> {
    const count = await ask(() => this.client.readContract({ ...this.contract, functionName: 'epochCount' }), signal)
    // A reorganisation may have taken one back.
    if (count !== this.count) this.rosters.clear()
    this.count = count
    return count
  }

  private async roster(number: number, signal: AbortSignal): Promise<Roster> {
    const known = this.rosters.get(number)
    if (known !== undefined) return known
    const state = await ask(
      () => this.client.readContract({ ...this.contract, functionName: 'epochOf', args: [number] }),
      signal,
    )
    const { startsAt, endsAt, k, members } = state
    const roster = { number, startsAt, endsAt: endsAt === 0n ? undefined : endsAt, k, addresses: members }
    this.rosters.set(number, roster)
    return roster
  }

  private async withMembers({ addresses, ...epoch }: Roster, signal: AbortSignal): Promise<Epoch> {
    const members = await Promise.all(
      addresses.map(async (address) => ({ address: hexToBytes(address), url: await this.urlOf(address, signal) })),
    )
    return { ...epoch, members }
  }

  private async urlOf(address: Address, signal: AbortSignal): Promise<string> {
    const known = this.urls.get(address)
    if (known !== undefined && this.clock.elapsed() - known.at < urlMs) return known.url
    const read = () => this.client.readContract({ ...this.contract, functionName: 'memberOf', args: [address] })
    const { url } = await ask(read, signal)
    this.urls.set(address, { url, at: this.clock.elapsed() })
    return url
  }

  private get contract() {
    return { address: this.committee, abi: dataCommitteeAbi } as const
  }
}
