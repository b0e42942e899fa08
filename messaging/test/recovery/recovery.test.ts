import { memberKey, millis } from '@parley/protocol/light'
import { describe, expect, test } from 'vitest'
import { systemRandom } from '../../src/keys/installation.ts'
import { openSegment, sealSegment, segmentsOf } from '../../src/recovery/archive-segment.ts'
import { decodeRecovery, encodeRecovery, type Recovery } from '../../src/recovery/recovery-file.ts'
import { keyOfWords, wordsOf } from '../../src/recovery/secret.ts'
import { seeded } from '../support/member.ts'

/** As cheap as a recovery may be. */
const cost = { memoryKiB: 8_192, passes: 1 }
const bytes = (text: string): Uint8Array => new Uint8Array(seeded(text))
const slotOf = (index: number) => ({
  place: { shard: 3, index },
  id: bytes(`id ${index}`),
  suite: 'x25519' as const,
  slot: index,
  key: memberKey(bytes(`key ${index}`)),
  title: `Room ${index}`,
})
const recovery: Recovery = {
  identity: bytes('bob').subarray(0, 20),
  madeAt: millis(1_700_000_000_000n),
  archiveKey: bytes('archive'),
  own: slotOf(1),
  slots: [slotOf(2), slotOf(3)],
}
const passphrase = 'correct horse battery'

describe('recovery', () => {
  test('opens by the passphrase that it was made with, however it is typed, and by no other', async () => {
    const made = await encodeRecovery(recovery, { passphrase: 'Café am Rhein' }, cost, systemRandom)
    // The same letter in two code points.
    expect(await decodeRecovery(made, { passphrase: 'Cafe\u0301 am Rhein' })).toEqual(recovery)
    const locked = { fault: { code: 'RECOVERY_LOCKED', by: 'passphrase' } }
    await expect(decodeRecovery(made, { passphrase })).rejects.toMatchObject(locked)
    await expect(decodeRecovery(made, { words: await wordsOf(bytes('words')) })).rejects.toMatchObject(locked)
  })

  test('opens by its 24 words, and by no others', async () => {
    const words = await wordsOf(bytes('words'))
    const made = await encodeRecovery({ ...recovery, own: undefined }, { words }, cost, systemRandom)
    const typed = `  ${words.toUpperCase().replaceAll(' ', '\n ')} `
    expect(await decodeRecovery(made, { words: typed })).toEqual({ ...recovery, own: undefined })
    const others = { words: await wordsOf(bytes('other words')) }
    const locked = { fault: { code: 'RECOVERY_LOCKED', by: 'words' } }
    await expect(decodeRecovery(made, others)).rejects.toMatchObject(locked)
  })

  test('words › are those of BIP 39, and one that is wrong is named or found by the check', async () => {
    // The first vector of BIP 39 with 256 bits.
    expect(await wordsOf(new Uint8Array(32))).toBe(`${'abandon '.repeat(23)}art`)
    const refused = async (words: string) => {
      const error = await keyOfWords(words, new Uint8Array(16)).catch((reason: unknown) => reason)
      return (error as { fault?: { field: string; reason: string } }).fault
    }
    expect(await refused('abandon')).toMatchObject({ field: 'words', reason: 'they are 1, not 24' })
    expect(await refused(`${'abandon '.repeat(22)}abandom art`)).toMatchObject({
      reason: 'word 23 is none of the list',
    })
    expect(await refused(`${'abandon '.repeat(22)}zoo art`)).toMatchObject({ reason: expect.stringMatching(/check/) })
  })

  test('is refused where any byte is another, before anything dear is computed', async () => {
    const made = await encodeRecovery(recovery, { passphrase }, cost, systemRandom)
    const flipped = (at: number, to = (made[at] as number) ^ 1): Uint8Array => made.with(at, to)
    const refusals = [
      [flipped(0), 'FRAME_INVALID', 'recovery'],
      [made.subarray(0, 20), 'FRAME_INVALID', 'recovery'],
      [flipped(16, 9), 'FRAME_INVALID', 'recovery.kind'],
      // 4 TiB of memory.
      [flipped(17, 255), 'FRAME_INVALID', 'recovery.memoryKiB'],
      [flipped(21, 200), 'FRAME_INVALID', 'recovery.passes'],
      [flipped(30), 'RECOVERY_LOCKED', undefined],
      [flipped(made.length - 1), 'RECOVERY_LOCKED', undefined],
    ] as const
    for (const [changed, code, field] of refusals)
      await expect(decodeRecovery(changed, { passphrase })).rejects.toMatchObject({
        fault: { code, ...(field !== undefined && { field }) },
      })
  })

  test('is not made under a passphrase that is too short, or at a cost outside the bounds', async () => {
    const make = (secret: { passphrase: string }, paid = cost) => encodeRecovery(recovery, secret, paid, systemRandom)
    await expect(make({ passphrase: 'eleven char' })).rejects.toMatchObject({
      fault: { code: 'FRAME_INVALID', field: 'passphrase', reason: 'it has fewer than 12 characters' },
    })
    await expect(make({ passphrase }, { memoryKiB: 64, passes: 1 })).rejects.toMatchObject({
      fault: { field: 'recovery.memoryKiB', reason: '64 is not between 8192 and 1048576' },
    })
  })
})

describe('archive', () => {
  const message = (position: number, length: number) => ({
    position: BigInt(position),
    slot: 1,
    identity: bytes('alice').subarray(0, 20),
    installation: bytes('device'),
    time: 1_700_000_000_000n,
    plaintext: new Uint8Array(length).fill(position),
  })
  const { place, id, title } = slotOf(2)

  test('a segment opens by its key alone, and no byte of it may change', async () => {
    const messages = [message(0, 10), message(7, 0)]
    const sealed = await sealSegment(recovery.archiveKey, { place, id, title, messages }, systemRandom)
    expect(await openSegment(recovery.archiveKey, sealed)).toEqual({ place, id, title, messages })
    const locked = { fault: { code: 'ARCHIVE_LOCKED' } }
    await expect(openSegment(bytes('another'), sealed)).rejects.toMatchObject(locked)
    await expect(openSegment(recovery.archiveKey, sealed.with(40, (sealed[40] as number) ^ 1))).rejects.toMatchObject(
      locked,
    )
    await expect(openSegment(recovery.archiveKey, sealed.with(0, 0))).rejects.toMatchObject({
      fault: { code: 'FRAME_INVALID', field: 'archive' },
    })
    await expect(openSegment(recovery.archiveKey, new Uint8Array(2 ** 21))).rejects.toMatchObject({
      fault: { code: 'FRAME_INVALID', field: 'archive' },
    })
  })

  test('segments are filled up and keep all, in order; the largest message fits one alone', async () => {
    const largest = 1_048_576 - 96
    const messages = [...Array.from({ length: 30 }, (_, i) => message(i, 100_000)), message(30, largest)]
    const parts = [...segmentsOf(messages)]
    expect(parts.flat().map(({ position }) => position)).toEqual(messages.map(({ position }) => position))
    expect(parts.map((part) => part.length)).toEqual([8, 8, 8, 6, 1])
    for (const part of parts) {
      const sealed = await sealSegment(recovery.archiveKey, { place, id, title, messages: part }, systemRandom)
      expect((await openSegment(recovery.archiveKey, sealed)).messages).toHaveLength(part.length)
    }
    expect([...segmentsOf([])]).toEqual([])
  })
})
