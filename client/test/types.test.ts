import type { ConversationEntry, MemberKey, SignedMessage } from '@parley/protocol'
import { expectTypeOf, test } from 'vitest'
import * as parley from '../src/index.ts'

// `npm run types` checks these; running them does nothing.

test('client › what sends', () => {
  expectTypeOf(parley.createSequencerClient).returns.toEqualTypeOf<parley.SequencerClient>()
  expectTypeOf(parley.createSequencerClient).parameter(0).toExtend<{ readonly url: string }>()
  expectTypeOf<parley.SequencerClient['submitMessages']>().returns.resolves.items.toEqualTypeOf<parley.Receipt>()
  expectTypeOf<parley.SequencerClient['submitMessages']>()
    .parameter(0)
    .toEqualTypeOf<readonly SignedMessage[] | Uint8Array>()
  expectTypeOf<parley.SequencerClient['follow']>().returns.toEqualTypeOf<AsyncIterable<ConversationEntry>>()
  expectTypeOf(parley.signMessage).parameters.toEqualTypeOf<[bigint, parley.MessageDraft, MemberKey]>()
})

test('client › a receipt is accepted with a position, or refused with a reason', () => {
  type Accepted = Extract<parley.Receipt, { accepted: true }>
  type Refused = Extract<parley.Receipt, { accepted: false }>
  expectTypeOf<Accepted['position']>().toEqualTypeOf<bigint>()
  expectTypeOf<Refused['refusal']>().toExtend<string>()
  expectTypeOf<parley.Receipt>().toEqualTypeOf<Accepted | Refused>()
})

test('client › what reads says whose root an answer fits', () => {
  expectTypeOf<parley.Grade>().toEqualTypeOf<'node' | 'claimed' | 'final'>()
  expectTypeOf<parley.NodeClient['completeConversation']>().returns.resolves.toEqualTypeOf<
    parley.CompleteConversation | undefined
  >()
  expectTypeOf<parley.CompleteConversation>().toExtend<parley.ProvenAt>()
  expectTypeOf<parley.ProvenAt['claim']>().toEqualTypeOf<parley.StandingClaim | undefined>()
  // A wait for finality gives back what it was given, no less.
  const untilFinal = {} as parley.NodeClient['untilFinal']
  expectTypeOf(untilFinal<parley.CompleteConversation>).returns.resolves.toEqualTypeOf<parley.CompleteConversation>()
})

test('client › a fault’s code decides its fields', () => {
  type Fault<C extends parley.ClientFault['code']> = Extract<parley.ClientFault, { code: C }>
  expectTypeOf<parley.ClientError['fault']>().toEqualTypeOf<parley.ClientFault>()
  expectTypeOf<Fault<'ARGUMENT_INVALID'>>().toExtend<{ field: string; reason: string }>()
  expectTypeOf<Fault<'OUTCOME_UNKNOWN'>>().not.toBeNever()
})
