import { getFinalNumber, type L2Client, type NodeClient } from '@parley/client'
import { ContentError, type Contents } from '@parley/content'
import { type Bytes32, ConversationType, sameBytes, toHex } from '@parley/protocol/light'
import { type Address, hexToBytes } from 'viem'
import { getBlock } from 'viem/actions'
import { PdsError } from '../faults.ts'
import { decodeScope, type Scope } from '../forms/scope.ts'
import type { Signed } from '../forms/signing.ts'
import type { StatedConversation, Statement, StatementKind } from '../forms/statements.ts'
import { pdsLimits } from '../limits.ts'
import { isInboxPage, isRecordPage } from './chains.ts'
import { type CheckDeps, checkEvidence, isHiddenBy, leadsTo, promisedUntil } from './check-evidence.ts'
import { type Contradiction, type Evidence, evidenceVersion } from './evidence.ts'
import { type AuditMemory, promisesAtMost } from './memory.ts'
import type { PdsClient, Said } from './pds-client.ts'

export interface AuditDeps {
  readonly pds: PdsClient
  /** The L2 that the user believes. */
  readonly l2: L2Client
  readonly rollup: Address
  readonly reputation?: Address
  /** Any node: what it says is proven under claims of that L2. */
  readonly node: Pick<NodeClient, 'conversation'>
  /** The service as a store of contents. */
  readonly contents: Pick<Contents, 'get'>
  /** From 0 to below 1. */
  readonly random: () => number
}

export interface AuditOptions {
  /** Share of promised contents that are fetched again; one at least. @default 0.01 */
  readonly share?: number
  /** Contents fetched at most. @default 256 */
  readonly maxContents?: number
}

/** What an audit looked at and found in order. */
export interface AuditReport {
  readonly invites: number
  readonly conversations: number
  /** Of those, held against a final claim. */
  readonly proven: number
  readonly entries: number
  readonly contents: number
  readonly hidden: number
  /** What could not be decided now, in words; look again later. */
  readonly undecided: readonly string[]
  /** To be kept for the next audit. */
  readonly memory: AuditMemory
}

interface Promise_ {
  readonly digest: Bytes32
  readonly promise: Signed
}

const heldAtOnce = 256

/**
 * Holds what a service says against the L2, against proofs under final claims, and against what it said before.
 * @throws {PdsError} `PDS_WITHHELD` with {@link Evidence} that was checked; and what {@link PdsClient} throws.
 */
export async function auditPds(
  deps: AuditDeps,
  memory: AuditMemory,
  options: AuditOptions,
  signal: AbortSignal,
): Promise<AuditReport> {
  return new Audit(deps, memory, options, signal).run()
}

class Audit {
  private readonly deps: AuditDeps
  private readonly memory: AuditMemory
  private readonly options: Required<AuditOptions>
  private readonly signal: AbortSignal
  private readonly undecided: string[] = []
  private readonly promises: Promise_[] = []
  private counts = { invites: 0, conversations: 0, proven: 0, entries: 0, contents: 0, hidden: 0 }

  constructor(
    deps: AuditDeps,
    memory: AuditMemory,
    { share = 0.01, maxContents = 256 }: AuditOptions,
    signal: AbortSignal,
  ) {
    this.deps = deps
    this.memory = memory
    this.options = { share, maxContents }
    this.signal = signal
  }

  async run(): Promise<AuditReport> {
    const { l2, rollup } = this.deps
    const block = await getBlock(l2)
    const claim = await getFinalNumber(l2, { rollup, blockHash: block.hash })
    const seen = { number: block.number, hash: hexToBytes(block.hash), timestamp: block.timestamp, claim }
    await this.inbox()
    const told = await this.conversations()
    for (const each of told) await this.record(each)
    await this.hidden()
    const checkpoint = await this.checkpoint()
    await this.contents()
    return {
      ...this.counts,
      undecided: this.undecided,
      memory: { ...this.memory, seen, checkpoint, promises: this.sample(this.promises, promisesAtMost) },
    }
  }

  private async inbox(): Promise<void> {
    const { pds } = this.deps
    for (let cursor = 0n; ; ) {
      const { statement, signed } = await pds.inbox(cursor, this.signal)
      if (!isInboxPage(statement)) await this.accuse({ kind: 'inboxPage', value: { statement: signed } })
      await this.isLate(statement, signed)
      const { invites, count } = statement.body
      for (const { contentDigest: digest, keptUntil } of invites)
        if (keptUntil > 0n) this.promises.push({ digest, promise: signed })
      this.counts.invites += invites.length
      cursor += BigInt(invites.length)
      if (cursor < count && invites.length > 0) continue
      await this.decide({ kind: 'inbox', value: { statement: signed } }, 'the inbox at the block that was named')
      return
    }
  }

  /** Pages until all conversations were shown. */
  private async conversations(): Promise<{ each: StatedConversation; said: Said<'conversations'> }[]> {
    const { pds } = this.deps
    const pages: Said<'conversations'>[] = []
    for (let since = 0n, more = true; more; ) {
      const said = await pds.conversations(since, this.signal)
      pages.push(said)
      await this.isLate(said.statement, said.signed)
      ;({ next: since, more } = said.statement.body)
      if (more && said.statement.body.conversations.length === 0) break
    }
    const latest = new Map<string, { each: StatedConversation; said: Said<'conversations'> }>()
    for (const said of pages)
      for (const each of said.statement.body.conversations) latest.set(`${each.shard}/${each.index}`, { each, said })
    await this.omissions(pages, latest)
    for (const { each, said } of latest.values()) await this.isClaimLate(each, said)
    this.counts.conversations = latest.size
    return [...latest.values()]
  }

  private async omissions(pages: readonly Said<'conversations'>[], shown: ReadonlyMap<string, unknown>): Promise<void> {
    const { taken } = this.memory
    if (taken === undefined) return
    for (const { shard, index } of decodeScope(taken.scope).conversations)
      if (!shown.has(`${shard}/${index}`)) {
        const value = { pages: pages.map(({ signed }) => signed), shard, index, taken }
        await this.decide({ kind: 'omitted', value }, `that conversation ${shard}/${index} is left out`)
      }
  }

  private async record({ each, said }: { each: StatedConversation; said: Said<'conversations'> }): Promise<void> {
    const { shard, index } = each
    await this.holdAgainstClaim(each, said)
    if (!each.followed) return
    const { chainId } = said.statement
    const pages: Said<'record'>[] = []
    for (let from = 0n; ; ) {
      const page = await this.deps.pds.record(shard, index, from, this.signal)
      pages.push(page)
      if (!isRecordPage(page.statement)) await this.accuse({ kind: 'recordPage', value: { statement: page.signed } })
      const { entries, messages, changes } = page.statement.body
      for (const { content, keptUntil } of entries)
        if (keptUntil > 0n) this.promises.push({ digest: content, promise: page.signed })
      this.counts.entries += entries.length
      from += BigInt(entries.length)
      if (from >= messages + changes || entries.length === 0) break
    }
    const entries = each.finalMessages + each.finalChanges
    const statements = pages.map(({ statement }) => statement)
    if (each.finalClaim === 0n || leadsTo(chainId, statements, entries, each.finalHead)) return
    const value = { statement: said.signed, pages: pages.map(({ signed }) => signed), shard, index }
    await this.decide({ kind: 'entries', value }, `the record of conversation ${shard}/${index}`)
  }

  /** What is said to be final is held against a proof under that very claim. */
  private async holdAgainstClaim(each: StatedConversation, { signed }: Said<'conversations'>): Promise<void> {
    const { shard, index } = each
    const proven = await this.deps.node.conversation(shard, index, { at: 'final', signal: this.signal })
    if (proven === undefined || proven.grade !== 'final' || proven.claim === undefined) return
    const { claim, stateRoot, branch, conversation } = proven
    if (claim.number !== each.finalClaim) {
      this.undecided.push(
        `conversation ${shard}/${index} under claim ${each.finalClaim}: the node proves claim ${claim.number}`,
      )
      return
    }
    this.counts.proven += 1
    const isSame =
      each.finalMessages === conversation.messageCount &&
      each.finalChanges === conversation.epoch &&
      sameBytes(each.finalHead, conversation.head)
    // Who names a conversation by another id has none there.
    if (isSame || !sameBytes(each.id, conversation.id)) return
    const shown = { claim: claim.number, l2Block: claim.l2Block, stateRoot, branch }
    const proof = { ...shown, conversation: ConversationType.serialize(conversation) }
    const value = { statement: signed, shard, index, proof }
    await this.decide({ kind: 'record', value }, `conversation ${shard}/${index}`)
  }

  private async hidden(): Promise<void> {
    const { taken } = this.memory
    if (taken === undefined) return
    const scope: Scope = decodeScope(taken.scope)
    for (let cursor = 0n, more = true; more; ) {
      const { statement, signed } = await this.deps.pds.hidden(cursor, this.signal)
      for (const hidden of statement.body.hidden) {
        this.counts.hidden += 1
        // What was judged by another scope is not this one’s affair.
        if (hidden.scope !== scope.number) continue
        const evidence = { kind: 'hidden', value: { statement: signed, sequence: hidden.sequence, taken } } as const
        if (!isHiddenBy(scope, hidden)) await this.accuse(evidence)
        else await this.decide(evidence, `how the sender of invite ${hidden.sequence} stood`)
      }
      const { next } = statement.body
      // A page may have none: so many were looked at for it. One that does not go on has no end.
      more = statement.body.more && next > cursor
      cursor = next
    }
  }

  private async checkpoint(): Promise<Signed | undefined> {
    const earlier = this.memory.checkpoint
    let said: Said<'checkpoint'>
    try {
      said = await this.deps.pds.checkpoint(this.signal)
    } catch (error) {
      const isNone =
        error instanceof PdsError && error.fault.code === 'PDS_REFUSED' && error.fault.refusal === 'CHECKPOINT_NONE'
      if (!isNone) throw error
      this.undecided.push('there is no checkpoint')
      return earlier
    }
    const { checkpoint: bytes, signature } = said.statement.body
    if (earlier !== undefined)
      await this.decide({ kind: 'checkpoint', value: { earlier, statement: said.signed } }, 'checkpoints')
    return { bytes, signature }
  }

  /** Some of what was promised, now and at earlier audits, is fetched. */
  private async contents(): Promise<void> {
    const { share, maxContents } = this.options
    const wanted = Math.min(maxContents, Math.max(1, Math.ceil(this.promises.length * share)))
    const drawn = [...this.memory.promises, ...this.sample(this.promises, wanted)]
    for (let at = 0; at < drawn.length; at += heldAtOnce) await this.fetch(drawn.slice(at, at + heldAtOnce))
  }

  private async fetch(drawn: readonly Promise_[]): Promise<void> {
    const { pds, contents } = this.deps
    const { statement, signed } = await pds.held(
      drawn.map(({ digest }) => digest),
      this.signal,
    )
    for (const { digest, promise } of drawn) {
      this.counts.contents += 1
      const kept = promisedUntil(statement, digest)
      const value = { promise, digest, denial: signed }
      // A promise that is over, or that is kept for as long, is none that was broken.
      await this.decide({ kind: 'content', value }, `content ${toHex(digest)}`)
      if (kept === 0n) continue
      const answer = await contents.get(digest, this.signal).catch((error: unknown) => {
        if (!(error instanceof ContentError)) throw error
        return undefined
      })
      if (answer === undefined)
        await this.decide(
          { kind: 'unserved', value: { statement: signed, digest, url: pds.options.url } },
          `whether content ${toHex(digest)} is served`,
        )
    }
  }

  private async isLate({ l2Number, answeredAt }: Statement<StatementKind>, statement: Signed): Promise<void> {
    const { seen } = this.memory
    if (seen === undefined || l2Number >= seen.number) return
    if (answeredAt <= seen.timestamp * 1_000n + BigInt(pdsLimits.lagMs)) return
    const { number, hash } = seen
    await this.decide({ kind: 'behind', value: { statement, block: { number, hash } } }, 'how far the service has come')
  }

  private async isClaimLate(
    { shard, index, finalClaim }: StatedConversation,
    said: Said<'conversations'>,
  ): Promise<void> {
    const { seen } = this.memory
    if (seen === undefined || finalClaim >= seen.claim) return
    if (said.statement.answeredAt <= seen.timestamp * 1_000n + BigInt(pdsLimits.lagMs)) return
    const { number, hash, claim } = seen
    const value = { statement: said.signed, shard, index, block: { number, hash }, claim }
    await this.decide({ kind: 'claimBehind', value }, `how far conversation ${shard}/${index} was followed`)
  }

  /** Accuses where a contradiction is proven. @param what - In words, where it cannot be decided. */
  private async decide(of: Contradiction, what: string): Promise<void> {
    const evidence = this.evidenceOf(of)
    const verdict = await checkEvidence(evidence, this.checkDeps())
    if (verdict === 'undecided') this.undecided.push(what)
    if (verdict === 'proven') throw this.withheld(evidence)
  }

  /** What anybody sees from the statement alone. */
  private async accuse(of: Contradiction): Promise<void> {
    await this.decide(of, of.kind)
  }

  private checkDeps(): CheckDeps {
    const { l2, rollup, reputation } = this.deps
    return { l2, rollup, ...(reputation !== undefined && { reputation }), signal: this.signal }
  }

  private evidenceOf(of: Contradiction): Evidence {
    const { audience } = this.deps.pds
    return { version: evidenceVersion, key: audience.pds, chainId: audience.chainId, inbox: audience.inbox, of }
  }

  private withheld(evidence: Evidence): PdsError {
    return new PdsError({ code: 'PDS_WITHHELD', pds: this.deps.pds.name, what: evidence.of.kind, evidence })
  }

  /** Some of many, each as likely as the other. */
  private sample<T>(all: readonly T[], count: number): T[] {
    const left = [...all]
    const drawn: T[] = []
    while (drawn.length < count && left.length > 0) {
      const [one] = left.splice(Math.floor(this.deps.random() * left.length), 1)
      drawn.push(one as T)
    }
    return drawn
  }
}
