import { join } from 'node:path'
import { type CommitteeOptions, createCommitteeDa } from '@parley/da-adapters'
import { compactSignature } from '@parley/da-adapters/committee'
import type { DataAvailability } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { CheckForm, DaNodeOptions } from '../../src/index.ts'
import { FakeCommittee, newAccount } from './fake-committee.ts'
import { eventually, type Member, startMember } from './member.ts'
import { type MemberProxy, startMemberProxy } from './member-proxy.ts'

/** Takes any bytes, which no member does: the suite of DA layers publishes bytes that only look random. */
const anyForm: CheckForm = () => undefined

export interface CommitteeStage {
  readonly chain: FakeCommittee
  readonly claimer: PrivateKeyAccount
  readonly members: readonly Member[]
  /** What stands before each member, in the same order. */
  readonly proxies: readonly MemberProxy[]
  /** Lines of the adapter's log. */
  readonly lines: string[]
  readonly registry: Registry
  /** The adapter over the same store every time. */
  open(options?: Partial<CommitteeOptions>): Promise<DataAvailability>
  /** One that only reads, and asks members in their order. */
  openReader(options?: Partial<CommitteeOptions>): Promise<DataAvailability>
  close(): Promise<void>
}

export const maxBytes = 300_000
/** Seconds that adapters of a stage have parts kept for. */
export const stageRetentionSeconds = 86_400

/** Four DA nodes in this process, each behind a proxy, and an adapter that needs three of them. */
export async function committeeStage(
  scratch: string,
  { forms = anyForm, options = {}, k = 3 }: { forms?: CheckForm; options?: DaNodeOptions; k?: number } = {},
): Promise<CommitteeStage> {
  const chain = new FakeCommittee()
  const claimer = newAccount()
  chain.claimers.add(claimer.address.toLowerCase())
  const accounts = Array.from({ length: 4 }, newAccount)
  const members: Member[] = []
  const proxies: MemberProxy[] = []
  for (const [i, account] of accounts.entries()) {
    const deps = { checkForm: forms }
    const server = { pricePerGiBDay: 10n ** 15n * BigInt(i + 1) }
    members.push(
      await startMember(chain, account, join(scratch, `member-${i}`), {
        deps,
        server,
        options: { maxPartBytes: maxBytes, maxUploads: 64, ...options },
      }),
    )
    proxies.push(await startMemberProxy(() => members[i]!.url))
  }
  chain.begin({
    number: 1,
    k,
    members: accounts.map(({ address }, i) => ({ address: hexToBytes(address), url: proxies[i]!.url })),
  })
  for (const { node } of members) await eventually(() => node.unreadyBecause() === undefined)
  const lines: string[] = []
  const registry = new Registry()
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  return {
    chain,
    claimer,
    members,
    proxies,
    lines,
    registry,
    async open(changed = {}) {
      const store = new ClassicLevel<string, string>(join(scratch, 'certificates'))
      await store.open()
      const sign = async (digest: Uint8Array) => compactSignature(await claimer.sign({ hash: bytesToHex(digest) }))
      const da = await createCommitteeDa(
        { committee: chain, log, clock: systemClock, registry, writer: { sign, store } },
        { retentionSeconds: stageRetentionSeconds, maxBytes, maxPending: 64, ...changed },
      )
      return {
        ...da,
        async close() {
          await da.close()
          await store.close()
        },
      }
    },
    openReader: (changed = {}) =>
      createCommitteeDa(
        { committee: chain, log, clock: systemClock, registry, random: () => 0 },
        { retentionSeconds: stageRetentionSeconds, maxBytes, ...changed },
      ),
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()))
      await Promise.all(members.map((member) => member.close()))
    },
  }
}
