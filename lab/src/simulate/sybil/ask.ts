import { GatewayError } from '@parley/gateway'
import { digestOf, type Identity } from './identities.ts'
import type { Stage } from './stage.ts'

/** One blinded request; what is in it no allowance depends on. */
const request = new Uint8Array(1)

/** What a gateway says to somebody who asks for so many tokens at once. */
export type Answer =
  | { readonly given: number }
  | { readonly given: 0; readonly refused: 'ALLOWANCE_EMPTY' | 'PROOF_INVALID'; readonly reason: string }

const forever = new AbortController().signal

export async function ask({ issuing }: Stage, { kind, source, prove }: Identity, tokens: number): Promise<Answer> {
  const requests = Array.from({ length: tokens }, () => request)
  const value = await prove(digestOf(requests))
  try {
    const { responses } = await issuing.issue(requests, { kind, value }, source, forever)
    return { given: responses.length }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { code } = error.fault
    if (code === 'ALLOWANCE_EMPTY' || code === 'PROOF_INVALID')
      return { given: 0, refused: code, reason: error.message }
    throw error
  }
}

export const refusedBy = (answer: Answer): string | undefined => ('refused' in answer ? answer.refused : undefined)

/** All that an identity gets at once, of a tier of so many tokens a day. */
export async function takeAll(stage: Stage, identity: Identity, perDay: number): Promise<number> {
  const { given } = await ask(stage, identity, perDay)
  // The window gives one back now and then: what is asked for beyond must be refused at once.
  const more = await ask(stage, identity, Math.max(1, Math.ceil(perDay / 100)))
  return given + more.given
}
