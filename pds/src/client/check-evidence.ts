import { getClaim, getFinalNumber, getInbox, getRepute, type L2Client } from '@parley/client'
import { ContentError, httpContents } from '@parley/content'
import { type Bytes32, ConversationType, sameBytes, verifyConversation } from '@parley/protocol/light'
import { type Address, bytesToHex, isAddressEqual } from 'viem'
import { getBlock } from 'viem/actions'
import { PdsError } from '../faults.ts'
import { checkpointDigest, decodeCheckpoint } from '../forms/checkpoint.ts'
import { judge, needsRepute, type Rule } from '../forms/rules.ts'
import { decodeScope, type Scope, scopeDigest } from '../forms/scope.ts'
import { type Signed, type SigningPlace, signerOf } from '../forms/signing.ts'
import {
  decodeStatement,
  kindOfStatement,
  type StatedHidden,
  type Statement,
  type StatementKind,
} from '../forms/statements.ts'
import { pdsLimits } from '../limits.ts'
import { isInboxPage, isRecordPage, walkRecord } from './chains.ts'
import type { Contradiction, Evidence } from './evidence.ts'

export interface CheckDeps {
  /** The L2, as whoever checks has it. It must have the state of the blocks that are named. */
  readonly l2: L2Client
  readonly rollup: Address
  /** Where rules look how a sender stands. */
  readonly reputation?: Address
  readonly signal: AbortSignal
}

/** `undecided`: what it takes cannot be had now, or not any more. */
export type Verdict = 'proven' | 'refuted' | 'undecided'

type Of<K extends Contradiction['kind']> = Extract<Contradiction, { kind: K }>['value']

const zeros = new Uint8Array(32)
const lagMs = BigInt(pdsLimits.lagMs)

/**
 * Whether evidence shows what it says. Whoever has the L2 can check it; the service is asked only where it is to be seen that it does
 * not serve.
 */
export async function checkEvidence(evidence: Evidence, deps: CheckDeps): Promise<Verdict> {
  try {
    return (await new Check(evidence, deps).holds(evidence.of)) ? 'proven' : 'refuted'
  } catch (error) {
    deps.signal.throwIfAborted()
    if (error instanceof Undecided) return 'undecided'
    // What does not decode, and what the service did not sign, shows nothing of it.
    if (error instanceof PdsError) return 'refuted'
    throw error
  }
}

type AnyStatement = { [K in 'inbox' | 'record' | 'held' | 'conversations']: Statement<K> }[
  | 'inbox'
  | 'record'
  | 'held'
  | 'conversations']

/** What it takes to decide is not to be had. */
class Undecided extends Error {}

class Check {
  private readonly place: SigningPlace
  private readonly evidence: Evidence
  private readonly deps: CheckDeps

  constructor(evidence: Evidence, deps: CheckDeps) {
    this.evidence = evidence
    this.place = { chainId: evidence.chainId, inbox: evidence.inbox }
    this.deps = deps
  }

  async holds({ kind, value }: Contradiction): Promise<boolean> {
    switch (kind) {
      case 'inboxPage':
        return !isInboxPage(await this.said('inbox', value.statement))
      case 'inbox':
        return this.isOtherInbox(await this.said('inbox', value.statement))
      case 'behind':
        return this.isBehind(await this.saidAny(value.statement), value.block)
      case 'claimBehind':
        return this.isClaimBehind(value)
      case 'omitted':
        return this.isOmitted(value)
      case 'record':
        return this.isOtherRecord(value)
      case 'recordPage':
        return !isRecordPage(await this.said('record', value.statement))
      case 'entries':
        return this.areOtherEntries(value)
      case 'checkpoint':
        return this.isOlderCheckpoint(value)
      case 'content':
        return this.isGone(value)
      case 'unserved':
        return this.isUnserved(value)
      case 'hidden':
        return this.isWronglyHidden(value)
    }
  }

  private async isOtherInbox({ identity, l2Number, l2Hash, body }: Statement<'inbox'>): Promise<boolean> {
    await this.assertCanonical({ number: l2Number, hash: l2Hash })
    const call = {
      inbox: bytesToHex(this.evidence.inbox),
      recipient: bytesToHex(identity),
      blockHash: bytesToHex(l2Hash),
    }
    const { count, head } = await this.asked(() => getInbox(this.deps.l2, call))
    return count !== body.count || head !== bytesToHex(body.head)
  }

  /** Whether a statement was made long after a block that it does not know. */
  private async isBehind(
    { answeredAt, l2Number }: Pick<Statement<StatementKind>, 'answeredAt' | 'l2Number'>,
    block: { readonly number: bigint; readonly hash: Bytes32 },
  ): Promise<boolean> {
    const timestamp = await this.assertCanonical(block)
    return l2Number < block.number && answeredAt > timestamp * 1_000n + lagMs
  }

  private async isClaimBehind({ statement, shard, index, block, claim }: Of<'claimBehind'>): Promise<boolean> {
    const { answeredAt, body } = await this.said('conversations', statement)
    const timestamp = await this.assertCanonical(block)
    if (answeredAt <= timestamp * 1_000n + lagMs) return false
    const told = body.conversations.find((each) => each.shard === shard && each.index === index)
    if (told === undefined || told.finalClaim >= claim) return false
    const { l2, rollup } = this.deps
    const blockHash = bytesToHex(block.hash)
    return (await this.asked(() => getFinalNumber(l2, { rollup, blockHash }))) >= claim
  }

  private async isOmitted({ pages, shard, index, taken }: Of<'omitted'>): Promise<boolean> {
    const { scope, statement: receipt } = await this.taken(taken)
    const named = scope.conversations.some((each) => each.shard === shard && each.index === index)
    let since = 0n
    let more = true
    for (const page of pages) {
      const { body, scope: number, answeredAt, identity } = await this.said('conversations', page)
      const isOfScope = number === scope.number && answeredAt >= receipt.answeredAt
      if (!isOfScope || !sameBytes(identity, receipt.identity) || body.since !== since || !more) return false
      if (body.conversations.some((each) => each.shard === shard && each.index === index)) return false
      since = body.next
      more = body.more
    }
    return named && !more
  }

  private async isOtherRecord({ statement, shard, index, proof }: Of<'record'>): Promise<boolean> {
    const { body } = await this.said('conversations', statement)
    const told = body.conversations.find((each) => each.shard === shard && each.index === index)
    const { l2, rollup } = this.deps
    const claim = await this.asked(() => getClaim(l2, { rollup, number: proof.claim, l2Block: proof.l2Block }))
    if (claim === undefined || !claim.final) throw new Undecided()
    const proven = ConversationType.deserialize(proof.conversation)
    const isProven =
      sameBytes(claim.stateRoot, proof.stateRoot) &&
      verifyConversation(proof.stateRoot, shard, index, proven, proof.branch)
    if (!isProven || told === undefined || told.finalClaim !== proof.claim || !sameBytes(told.id, proven.id))
      return false
    return (
      told.finalMessages !== proven.messageCount ||
      told.finalChanges !== proven.epoch ||
      !sameBytes(told.finalHead, proven.head)
    )
  }

  /** What was said to be final stays: pages that are later lead there. */
  private async areOtherEntries({ statement, pages, shard, index }: Of<'entries'>): Promise<boolean> {
    const { body, answeredAt, chainId, identity } = await this.said('conversations', statement)
    const told = body.conversations.find((each) => each.shard === shard && each.index === index)
    const read: Statement<'record'>[] = []
    for (const page of pages) read.push(await this.said('record', page))
    const isOf = (page: Statement<'record'>): boolean =>
      page.body.shard === shard && page.body.index === index && page.answeredAt >= answeredAt
    if (
      told === undefined ||
      told.finalClaim === 0n ||
      !told.followed ||
      !sameBytes(told.id, read[0]?.body.id ?? zeros)
    )
      return false
    if (!read.every((page) => isOf(page) && sameBytes(page.identity, identity))) return false
    const entries = told.finalMessages + told.finalChanges
    return !leadsTo(chainId, read, entries, told.finalHead)
  }

  private async isOlderCheckpoint({ earlier, statement }: Of<'checkpoint'>): Promise<boolean> {
    const before = decodeCheckpoint((await this.signed('Checkpoint', earlier)).bytes)
    const { body, answeredAt, identity } = await this.said('checkpoint', statement)
    const later = { bytes: body.checkpoint, signature: body.signature }
    const after = decodeCheckpoint((await this.signed('Checkpoint', later)).bytes)
    if (!sameBytes(before.identity, identity) || before.createdAt > answeredAt) return false
    if (!sameBytes(after.identity, identity) || after.number !== body.number || after.number < before.number)
      return true
    const digest = checkpointDigest(earlier.bytes)
    if (after.number === before.number) return !sameBytes(checkpointDigest(later.bytes), digest)
    if (after.number === before.number + 1n && !sameBytes(after.previous, digest)) return true
    if (after.scope < before.scope) return true
    // While the scope is the same, what was final stays.
    if (after.scope > before.scope) return false
    return before.conversations.some(({ shard, index, finalMessages, finalChanges }) => {
      const now = after.conversations.find((each) => each.shard === shard && each.index === index)
      return now === undefined || now.finalMessages < finalMessages || now.finalChanges < finalChanges
    })
  }

  private async isGone({ promise, digest, denial }: Of<'content'>): Promise<boolean> {
    const promised = await this.saidAny(promise)
    const denied = await this.said('held', denial)
    const until = promisedUntil(promised, digest)
    const held = denied.body.contents.find((each) => sameBytes(each.digest, digest))
    if (held === undefined || denied.answeredAt < promised.answeredAt || denied.answeredAt >= until) return false
    return held.keptUntil < until
  }

  private async isUnserved({ statement, digest, url }: Of<'unserved'>): Promise<boolean> {
    const { body } = await this.said('held', statement)
    const held = body.contents.find((each) => sameBytes(each.digest, digest))
    if (held === undefined || held.keptUntil === 0n) return false
    if (held.keptUntil <= BigInt(Date.now())) throw new Undecided()
    try {
      return (await httpContents({ url }).get(digest, this.deps.signal)) === undefined
    } catch (error) {
      if (!(error instanceof ContentError)) throw error
      if (error.fault.code === 'STORE_LIED') return true
      throw new Undecided()
    }
  }

  private async isWronglyHidden({ statement, sequence, taken }: Of<'hidden'>): Promise<boolean> {
    const { body, identity } = await this.said('hidden', statement)
    const { scope, statement: receipt } = await this.taken(taken)
    const hidden = body.hidden.find((each) => each.sequence === sequence)
    if (hidden === undefined || hidden.scope !== scope.number || !sameBytes(identity, receipt.identity)) return false
    const rule = scope.rules[hidden.rule]
    return rule === undefined || !isHiddenBy(scope, hidden) || this.isOtherRepute(hidden, rule)
  }

  private async isOtherRepute({ sender, l2Number, l2Hash, listed, surcharge, stake }: StatedHidden, rule: Rule) {
    const { l2, reputation } = this.deps
    if (!needsRepute(rule.kind) || reputation === undefined) return false
    await this.assertCanonical({ number: l2Number, hash: l2Hash })
    const call = { reputation, holder: bytesToHex(sender), blockHash: bytesToHex(l2Hash) }
    const stands = await this.asked(() => getRepute(l2, call))
    return stands.listed !== listed || stands.surcharge !== surcharge || stands.stake !== stake
  }

  private async taken({
    scope,
    receipt,
  }: Of<'omitted'>['taken']): Promise<{ scope: Scope; statement: Statement<'scope'> }> {
    const statement = await this.said('scope', receipt)
    if (!sameBytes(scopeDigest(scope), statement.body.digest)) throw notSigned('scope')
    return { scope: decodeScope(scope), statement }
  }

  private async said<K extends StatementKind>(kind: K, given: Signed): Promise<Statement<K>> {
    const statement = decodeStatement(kind, (await this.signed('Statement', given)).bytes)
    if (statement.chainId !== this.place.chainId || !sameBytes(statement.inbox, this.place.inbox))
      throw notSigned('statement')
    return statement
  }

  /** A statement of any kind that a promise or a time can be taken of. */
  private async saidAny(given: Signed): Promise<AnyStatement> {
    const { bytes } = await this.signed('Statement', given)
    switch (kindOfStatement(bytes)) {
      case 'inbox':
        return this.said('inbox', given)
      case 'record':
        return this.said('record', given)
      case 'held':
        return this.said('held', given)
      default:
        return this.said('conversations', given)
    }
  }

  private async signed(kind: 'Statement' | 'Checkpoint', given: Signed): Promise<Signed> {
    const signer = await signerOf(this.place, kind, given)
    if (signer === undefined || !isAddressEqual(signer, bytesToHex(this.evidence.key))) throw notSigned(kind)
    return given
  }

  /** @returns the block's timestamp, in seconds. @throws {Undecided} when the L2 has another block there, or cannot say. */
  private async assertCanonical({
    number,
    hash,
  }: {
    readonly number: bigint
    readonly hash: Bytes32
  }): Promise<bigint> {
    const block = await this.asked(() => getBlock(this.deps.l2, { blockNumber: number }))
    if (block.hash !== bytesToHex(hash)) throw new Undecided()
    return block.timestamp
  }

  /** @throws {Undecided} when the L2 does not answer. */
  private async asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (cause) {
      this.deps.signal.throwIfAborted()
      throw new Undecided('the L2 cannot say', { cause })
    }
  }
}

function notSigned(field: string): PdsError {
  return new PdsError({
    code: 'STATEMENT_INVALID',
    field,
    expected: 'signed by the key of the evidence, of its deployment',
  })
}

/** Whether the facts that are stated let just this rule hide. */
export function isHiddenBy({ rules }: Scope, hidden: StatedHidden): boolean {
  const { rule, sender, muted, fee, l2Number, listed, surcharge, stake } = hidden
  const isKnown = sender.some((byte) => byte !== 0)
  const repute = l2Number === 0n ? undefined : { listed, surcharge, stake }
  return judge(rules, { sender: isKnown ? sender : undefined, muted, fee, repute }) === rule
}

/** Until when a statement promises a content; 0 when it does not. */
export function promisedUntil(statement: Statement<StatementKind>, digest: Bytes32): bigint {
  const { kind, body } = statement as Statement<'inbox'> | Statement<'record'> | Statement<'held'>
  const promised =
    kind === 'inbox'
      ? body.invites.find((each) => sameBytes(each.contentDigest, digest))
      : kind === 'record'
        ? body.entries.find((each) => sameBytes(each.content, digest))
        : kind === 'held'
          ? body.contents.find((each) => sameBytes(each.digest, digest))
          : undefined
  return promised?.keptUntil ?? 0n
}

/** Whether pages of a record lead from its beginning to a head after so many entries, or are still on the way there. */
export function leadsTo(
  chainId: bigint,
  pages: readonly Statement<'record'>[],
  entries: bigint,
  head: Bytes32,
): boolean {
  // Nothing is said to be final: the conversation may be younger than the claim.
  if (entries === 0n) return true
  const walked = walkRecord(chainId, pages, entries)
  if (walked === undefined) return false
  const last = pages.at(-1)?.body
  const total = (last?.messages ?? 0n) + (last?.changes ?? 0n)
  if (last === undefined || total < entries) return false
  const found = walked.heads[Number(entries)]
  if (found !== undefined) return sameBytes(found, head)
  return last.entries.length > 0
}
