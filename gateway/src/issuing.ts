import { createHash, createHmac } from 'node:crypto'
import type { L2Client } from '@parley/client'
import { bytesToHex } from 'viem'
import type { Allowances } from './allowances.ts'
import { GatewayError } from './faults.ts'
import type { GatewaySettings } from './options.ts'
import { type ProofContext, type ProofVerifier, type Tier, tiers } from './proofs/proof.ts'
import { l2Time } from './relaying/l2.ts'
import type { Tokens } from './tokens/tokens.ts'

/** A proof as it came, with its kind. */
export interface GivenProof {
  readonly kind: string
  readonly value: unknown
}

/** The verifiers of the kinds of proofs that an operator takes. */
export type ProofVerifiers = Readonly<Record<string, ProofVerifier<never>>>

export interface IssuingDeps {
  readonly client: L2Client
  readonly tokens: Pick<Tokens, 'issue'>
  readonly allowances: Allowances
  readonly proofs: ProofVerifiers
  /** 32 bytes: subjects are kept under it, so that nobody who reads what counts them learns who they are. */
  readonly subjectSecret: Uint8Array
}

const day = { name: 'day', periodMs: 86_400_000 } as const

/** Hands out tokens to who proves to be somebody, so many a day. It is the only part that sees who. */
export class Issuing {
  private readonly deps: IssuingDeps
  private readonly settings: GatewaySettings

  constructor(deps: IssuingDeps, settings: GatewaySettings) {
    this.deps = deps
    this.settings = settings
  }

  get kinds(): readonly string[] {
    return Object.keys(this.deps.proofs)
  }

  /** Tokens a day, by tier. */
  get perDay(): Readonly<Record<Tier, number>> {
    const { tierNone, tierLow, tierMiddle, tierHigh } = this.settings
    return { none: tierNone, low: tierLow, middle: tierMiddle, high: tierHigh }
  }

  /** @throws {GatewayError} `PROOF_UNKNOWN`, `PROOF_INVALID`, `ALLOWANCE_EMPTY`, `TOKEN_REQUEST_INVALID`, `GATEWAY_BUSY`, `L2_AWAY`. */
  async issue(
    requests: readonly Uint8Array[],
    { kind, value }: GivenProof,
    source: string,
    signal: AbortSignal,
  ): Promise<{ readonly tier: Tier; readonly responses: readonly Uint8Array[] }> {
    const { proofs, client, tokens, allowances, subjectSecret } = this.deps
    const verifier = Object.hasOwn(proofs, kind) ? proofs[kind] : undefined
    if (verifier === undefined) throw new GatewayError({ code: 'PROOF_UNKNOWN', kind, known: this.kinds })
    const requestsDigest = bytesToHex(createHash('sha256').update(Buffer.concat(requests)).digest())
    const context: ProofContext = { requestsDigest, time: await l2Time(client), source, signal }
    const { subject, tier, isFree = false } = await verifier.verify(value as never, context)
    const named = createHmac('sha256', subjectSecret).update(subject).digest('hex')
    const window = { ...day, units: this.perDay[tier] }
    const { length: units } = requests
    const ofAll = isFree ? allowances.chargesOfAll(units) : []
    const giveBack = await allowances.takeWindows([{ of: `subject ${named}`, window, units }, ...ofAll], false, signal)
    try {
      return { tier, responses: await tokens.issue(requests) }
    } catch (error) {
      await giveBack()
      throw error
    }
  }
}

/** Who proves nothing: an address is somebody, of the smallest tier. */
export const noProof: ProofVerifier<unknown> = {
  verify: async (_, { source }) => ({ subject: `address ${source}`, tier: tiers[0], isFree: true }),
}
