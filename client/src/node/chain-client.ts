import { nodeRoutes } from '@parley/api'
import {
  type BatchClaim,
  type Block,
  type BlockHeader,
  BlockHeaderType,
  BlockType,
  type Bytes32,
  domainSeparator,
  headerDigest,
  limits,
  portableVerifier,
  RunsType,
  type SequencerKey,
  type SignedHeader,
  sameBytes,
  sequencerAt,
} from '@parley/protocol/light'
import { bytesToHex } from 'viem'
import { createApi, type JsonOf } from '../api.ts'
import type { Deployment } from '../build/conversation.ts'
import { ClientError } from '../faults.ts'
import type { HttpOptions } from '../http.ts'
import { keptClaim } from '../rollup/get-claim.ts'
import { claimHashOf } from './claim-hash.ts'
import type { Grade } from './grade.ts'
import type { NodeClientDeps } from './node-client.ts'

/** A claim that hashes to what it is said to hash to. */
export interface CheckedClaim {
  /** `claimed` and `final` where the L2 keeps this very hash; `node` when no L2 was asked. */
  readonly grade: Grade
  readonly hash: Bytes32
  readonly claim: BatchClaim
  /** The node's word: how far it has verified the claim, and the L2 block of its event. */
  readonly state: JsonOf<typeof nodeRoutes.claim>['state']
  readonly l2Block: bigint
}

/** A header that is linked by hashes to the last header of a claim. */
export interface CheckedHeader {
  /** That claim's. `node` too where the node names no claim. */
  readonly grade: Grade
  readonly header: BlockHeader
  readonly root: Bytes32
  /** Number of the claim that covers it. */
  readonly claim: bigint | undefined
  /** Segments and messages of each shard that the block changed: the node's word. */
  readonly runs: JsonOf<typeof nodeRoutes.block>['runs']
}

/** A block whose runs are those that its checked header commits to. */
export interface CheckedBlock extends CheckedHeader {
  readonly block: Block
}

/** Two signed headers of one block, or a header and the final claim that contradicts it. */
export type ToldEvidence = JsonOf<typeof nodeRoutes.evidence>['evidence'][number]

/** Who signs headers, to check evidence by. */
export type HeaderSigners = Deployment & { readonly keys: readonly SequencerKey[] }

/** Reads claims and blocks of a node. What it says is checked as far as `grade` says; a contradiction is thrown. */
export interface ChainClient {
  /**
   * A claim. Undefined when the node knows none.
   * @throws {ClientError} `CLAIM_MISMATCH` when its fields have another hash than the node says; `CLAIM_REPLACED` when the L2
   * keeps another one, or none.
   */
  claim(number: bigint | 'latest' | 'final', signal?: AbortSignal): Promise<CheckedClaim | undefined>
  /**
   * Headers from `from` to `to`, ascending. Those up to the end of the last one's claim are read, too: they link them to it.
   * @throws {ClientError} as `claim`; `HEADER_UNLINKED`, `HEADER_MISMATCH`; `ARGUMENT_OUT_OF_RANGE` for more than 1,024.
   */
  headers(from: bigint, to: bigint, signal?: AbortSignal): Promise<readonly CheckedHeader[]>
  /** A block, whole. Undefined when the node has none. @throws {ClientError} as `headers`. */
  block(number: bigint, signal?: AbortSignal): Promise<CheckedBlock | undefined>
  /** Number of the latest verified block: the node's word. */
  latestBlock(signal?: AbortSignal): Promise<bigint>
  /** Bytes of a part of a batch as this node keeps it; undefined when it does not. */
  partBytes(root: Bytes32, signal?: AbortSignal): Promise<number | undefined>
  /**
   * Second headers, each with whether its signatures are by the key of its block.
   * @param signers - As the L2 has them.
   */
  evidence(
    signers: HeaderSigners,
    signal?: AbortSignal,
  ): Promise<readonly (ToldEvidence & { readonly signed: boolean })[]>
}

/** Blocks asked for at once. */
const atOnce = 8

/** Makes a client of the node at `deps.url`. */
export function createChainClient(deps: NodeClientDeps, options: HttpOptions = {}): ChainClient {
  const api = createApi(deps, options)
  const { l2 } = deps

  const claim = async (
    number: bigint | 'latest' | 'final',
    signal: AbortSignal | undefined,
  ): Promise<CheckedClaim | undefined> => {
    const answer = await api.find(nodeRoutes.claim, { params: { number } }, signal)
    if (answer === undefined) return undefined
    const hash = claimHashOf(answer.claim)
    const told = answer.claim.number
    if (!sameBytes(hash, answer.hash) || (typeof number === 'bigint' && number !== told))
      throw new ClientError({ code: 'CLAIM_MISMATCH', claim: told, expected: hash, received: answer.hash })
    return { grade: await gradeOfClaim(told, hash, answer.claim), hash, ...pick(answer) }
  }
  const gradeOfClaim = async (number: bigint, hash: Bytes32, { lastHeader }: BatchClaim): Promise<Grade> => {
    if (l2 === undefined) return 'node'
    const standing = await keptClaim(l2.client, { rollup: l2.rollup, number })
    if (standing === undefined || standing.hash !== bytesToHex(hash))
      throw new ClientError({ code: 'CLAIM_REPLACED', claim: number, stateRoot: lastHeader.stateRoot })
    return (await standing.isFinal()) ? 'final' : 'claimed'
  }

  const summary = async (number: bigint, signal: AbortSignal | undefined) => {
    const answer = await api.find(nodeRoutes.block, { params: { number } }, signal)
    if (answer === undefined) return undefined
    const root = BlockHeaderType.hashTreeRoot(answer.header)
    if (answer.header.number !== number || !sameBytes(root, answer.headerRoot))
      throw new ClientError({ code: 'HEADER_MISMATCH', block: number, expected: root, received: answer.headerRoot })
    return { header: answer.header, root, claim: answer.claim, runs: answer.runs }
  }
  type Summary = NonNullable<Awaited<ReturnType<typeof summary>>>

  const summaries = async (from: bigint, to: bigint, signal: AbortSignal | undefined): Promise<Summary[]> => {
    const found: Summary[] = []
    for (let next = from; next <= to; next += BigInt(atOnce)) {
      const numbers = Array.from({ length: atOnce }, (_, i) => next + BigInt(i)).filter((number) => number <= to)
      const some = await Promise.all(numbers.map((number) => summary(number, signal)))
      for (const each of some) if (each !== undefined) found.push(each)
    }
    for (const [i, each] of found.entries()) assertLinked(found[i - 1], each)
    return found
  }

  const headers = async (from: bigint, to: bigint, signal?: AbortSignal): Promise<readonly CheckedHeader[]> => {
    const least = from < 0n ? 0n : from
    if (to - least >= BigInt(limits.blocksPerBatch))
      throw new ClientError({
        code: 'ARGUMENT_OUT_OF_RANGE',
        field: 'to',
        value: to,
        minimum: least,
        maximum: least + BigInt(limits.blocksPerBatch) - 1n,
      })
    const asked = await summaries(least, to, signal)
    const last = asked.at(-1)
    const claims = new Map<bigint, CheckedClaim | undefined>()
    for (const { claim: number } of asked)
      if (number !== undefined && number > 0n && !claims.has(number)) claims.set(number, await claim(number, signal))
    const end = last?.claim === undefined ? undefined : claims.get(last.claim)?.claim.lastHeader.number
    // A claim has no more blocks than a batch: so many are read at most, whatever the node says.
    const most = (last?.header.number ?? 0n) + BigInt(limits.blocksPerBatch)
    const rest =
      last === undefined || end === undefined || end <= last.header.number || end > most
        ? []
        : await summaries(last.header.number + 1n, end, signal)
    if (rest[0] !== undefined) assertLinked(last, rest[0])
    const all = [...asked, ...rest]
    return asked.map((each) => {
      const covering = each.claim === undefined ? undefined : claims.get(each.claim)
      return { ...each, grade: covering === undefined ? 'node' : gradeWithin(each, covering, all) }
    })
  }

  return {
    claim,
    headers,
    async block(number, signal) {
      const [checked] = await headers(number, number, signal)
      if (checked === undefined) return undefined
      const bytes = await api.octets(nodeRoutes.block, { params: { number } }, signal)
      if (bytes === undefined) return undefined
      const block = decodeBlock(bytes, number)
      const { header } = block
      const received = BlockHeaderType.hashTreeRoot(header)
      if (!sameBytes(received, checked.root))
        throw new ClientError({ code: 'HEADER_MISMATCH', block: number, expected: checked.root, received })
      const runsRoot = RunsType.hashTreeRoot(block.runs)
      if (!sameBytes(runsRoot, header.runsRoot))
        throw new ClientError({ code: 'HEADER_MISMATCH', block: number, expected: runsRoot, received: header.runsRoot })
      return { ...checked, block }
    },
    latestBlock: async (signal) =>
      (await api.json(nodeRoutes.block, { params: { number: 'latest' } }, signal)).header.number,
    partBytes: (root, signal) => api.length(nodeRoutes.partLength, { params: { root } }, signal),
    async evidence(signers, signal) {
      const { evidence } = await api.json(nodeRoutes.evidence, {}, signal)
      return evidence.map((each) => {
        const { kind, value } = each.evidence
        const signed = kind === 'equivocation' ? [value.a, value.b] : [value.signed]
        return { ...each, signed: signed.every((header) => isSigned(signers, header)) }
      })
    },
  }
}

const pick = ({ claim, state, l2 }: JsonOf<typeof nodeRoutes.claim>) => ({ claim, state, l2Block: l2.blockNumber })

type Linked = Pick<CheckedHeader, 'header' | 'root'>

function assertLinked(before: Linked | undefined, { header }: Linked): void {
  if (before === undefined) return
  if (header.number !== before.header.number + 1n || !sameBytes(before.root, header.parent))
    throw new ClientError({
      code: 'HEADER_UNLINKED',
      block: header.number,
      expected: before.root,
      received: header.parent,
    })
}

/** All are linked to each other, so whatever stands at or below the claim's last header is of the claim. */
function gradeWithin({ header }: Linked, { claim, grade }: CheckedClaim, all: readonly Linked[]): Grade {
  const { lastHeader } = claim
  const last = all.find((each) => each.header.number === lastHeader.number)
  const expected = BlockHeaderType.hashTreeRoot(lastHeader)
  if (last === undefined || header.number > lastHeader.number || !sameBytes(last.root, expected))
    throw new ClientError({
      code: 'HEADER_UNLINKED',
      block: header.number,
      expected,
      received: last?.root ?? new Uint8Array(32),
    })
  return grade
}

function decodeBlock(bytes: Uint8Array, number: bigint): Block {
  try {
    return BlockType.deserialize(bytes) as Block
  } catch (cause) {
    throw new ClientError(
      { code: 'ANSWER_INVALID', url: `block ${number}`, reason: 'is not SSZ of its type' },
      { cause },
    )
  }
}

function isSigned({ chainId, inbox, keys }: HeaderSigners, { header, signature }: SignedHeader): boolean {
  const digest = headerDigest(domainSeparator(chainId, inbox), header)
  return portableVerifier.verifyOwner(sequencerAt(keys, header.number).key, digest, signature.subarray(0, 64))
}
