import { describe, expect, test } from 'vitest'
import { checkHistorySignatures, type SignedHistoryEntry } from '../../src/index.ts'
import { digestOf, stampVerifier } from '../support/keys.ts'
import { record } from '../support/record.ts'
import { config } from '../support/world.ts'

const { conversation, history } = record()
const check = (entries: readonly SignedHistoryEntry[], of = conversation) =>
  checkHistorySignatures(config.chainId, of, 3, entries, stampVerifier)

describe('checkHistorySignatures', () => {
  test('record › of a conversation is signed, a founder that left being nobody whose key is known', () => {
    // The first and the third message are of the founder of slot 1, which was emptied since.
    expect(check(history)).toEqual({ valid: history.length - 2, keyless: 2, invalid: undefined })
  })

  test('record › without signatures has none that holds and none that does not', () => {
    const bare = history.map((entry) => ({ ...entry, signatures: undefined }))
    expect(check(bare)).toEqual({ valid: 0, keyless: 0, invalid: undefined })
  })

  test.each(history.map((entry, at) => ({ at, kind: entry.kind })).filter(({ at }) => at !== 0 && at !== 2))(
    'record › with another signature at entry $at, a $kind, is not signed',
    ({ at }) => {
      const entry = history[at] as SignedHistoryEntry
      for (let i = 0; i < (entry.signatures?.length ?? 0); i += 1) {
        const signatures = (entry.signatures ?? []).with(i, new Uint8Array(64).fill(7))
        expect(check(history.with(at, { ...entry, signatures })).invalid).toBe(at)
      }
      expect(check(history.with(at, { ...entry, signatures: [] })).invalid).toBe(at)
    },
  )

  test('record › with a content that its member did not sign is not signed', () => {
    const forged = { ...(history[1] as SignedHistoryEntry), content: digestOf('forged') } as SignedHistoryEntry
    expect(check(history.with(1, forged)).invalid).toBe(1)
  })

  test('record › under members that the conversation did not have is not signed', () => {
    const [admin, ...others] = conversation.members
    const stolen = { ...conversation, members: [{ ...admin!, key: digestOf('thief') }, ...others] }
    expect(check(history, stolen).invalid).toBe(1)
  })

  test('record › with an entry that its type cannot hold is not signed', () => {
    const wide = { ...(history[1] as SignedHistoryEntry), member: 65_537 } as SignedHistoryEntry
    expect(check(history.with(1, wide)).invalid).toBe(1)
  })
})
