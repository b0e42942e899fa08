import assert from 'node:assert/strict'
import { DaError, type DaFault } from '../interfaces/da-faults.ts'
import { maxPointerBytes } from '../types/claim.ts'
import type { ComplianceCase } from './case.ts'
import {
  assertFault,
  assertSameBytes,
  assertThere,
  patience,
  sampleBytes,
  withAdapter,
} from './data-availability-checks.ts'
import type { DaHarness, DaTraits } from './data-availability-harness.ts'

/** What a pointer that is not quite right may lead to. */
const tolerated: ReadonlySet<string> = new Set<DaFault['code'] | 'the same'>([
  'the same',
  'DA_POINTER_INVALID',
  'DA_MISSING',
  'DA_CORRUPT',
  'DA_ABSENT',
  'DA_NOT_YET',
  'DA_PRUNED',
  // Nobody is known who could have it.
  'DA_UNAVAILABLE',
])

function malformed(pointer: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const otherVersion = pointer.slice()
  otherVersion[0] = 0xff - (otherVersion[0] ?? 0)
  const longer = new Uint8Array(pointer.length + 1)
  longer.set(pointer)
  return new Map([
    ['empty', new Uint8Array(0)],
    ['one byte', pointer.slice(0, 1)],
    ['one byte short', pointer.slice(0, -1)],
    ['one byte long', longer],
    ['of another version', otherVersion],
    ['all zeros', new Uint8Array(pointer.length)],
    ['all ones', new Uint8Array(pointer.length).fill(0xff)],
    ['longer than any pointer', new Uint8Array(maxPointerBytes + 1).fill(1)],
  ])
}

/** What is given back: exactly what was published, or a fault that says what is wrong. */
export function daRetrievalCases(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  const { chain, provesAbsence = false, tellsLoss = true, instances = false } = traits
  const never = provesAbsence ? 'DA_ABSENT' : 'DA_MISSING'
  return [
    withAdapter(lease, `retrieve › what was never published is ${never}`, async (da, harness) => {
      const pointer = harness.unknownPointer()
      await assertFault(da.retrieve(pointer, patience()), never, 'retrieve')
      if (tellsLoss) assert.equal(await da.status(pointer, patience()), 'lost')
      else await assertFault(da.status(pointer, patience()), 'DA_MISSING', 'status')
    }),
    withAdapter(lease, 'retrieve › a malformed pointer is DA_POINTER_INVALID', async (da) => {
      const { pointer } = await da.submit(sampleBytes('pointer', 300), {}, patience())
      for (const [what, wrong] of malformed(pointer)) {
        await assertFault(da.retrieve(wrong, patience()), 'DA_POINTER_INVALID', `retrieve, ${what}`)
        await assertFault(da.status(wrong, patience()), 'DA_POINTER_INVALID', `status, ${what}`)
      }
    }),
    ...(instances ? [foreignPointer(lease)] : []),
    withAdapter(lease, 'retrieve › a pointer with any bit changed finds no other bytes', async (da) => {
      const data = sampleBytes('bits', 320)
      const { pointer } = await da.submit(data, {}, patience())
      await da.submit(sampleBytes('other bits', 321), {}, patience())
      // One bit of each byte, another one each time; of what follows the first, mostly hashes, of every fourth.
      for (let byte = 0; byte < pointer.length; byte += byte < 20 ? 1 : 4) {
        const changed = pointer.slice()
        changed[byte] = (changed[byte] ?? 0) ^ (1 << ((byte * 3) % 8))
        const outcome = await da.retrieve(changed, patience()).then(
          // Where it only says where to look first, the same bytes are found.
          (found) => (Buffer.compare(found, data) === 0 ? 'the same' : `${found.length} other bytes`),
          (error: unknown) => (error instanceof DaError ? error.fault.code : String(error)),
        )
        assert.ok(tolerated.has(outcome), `byte ${byte}: ${outcome}`)
      }
    }),
    withAdapter(
      lease,
      'retrieve › data that does not match is DA_CORRUPT, until the right data is served',
      async (da, harness) => {
        const data = sampleBytes('corrupt', 1000)
        const { pointer } = await da.submit(data, {}, patience())
        await harness.corrupt(pointer)
        await assertFault(da.retrieve(pointer, patience()), 'DA_CORRUPT', 'retrieve')
        await harness.heal()
        assertSameBytes(await da.retrieve(pointer, patience()), data, 'after healing')
      },
    ),
    withAdapter(lease, statusCase(chain), async (da, harness) => {
      const data = sampleBytes('status', 1001)
      const { pointer } = await da.submit(data, {}, patience())
      await assertThere(da, pointer)
      await da.audit(pointer, patience())
      await harness.withhold(pointer)
      if (chain) await assertThere(da, pointer)
      else if (tellsLoss) assert.equal(await da.status(pointer, patience()), 'lost')
      else await assertFault(da.status(pointer, patience()), 'DA_MISSING', 'status')
      await assertFault(da.retrieve(pointer, patience()), 'DA_MISSING', 'retrieve')
      await assertFault(da.audit(pointer, patience()), 'DA_MISSING', 'audit')
      await harness.heal()
      await assertThere(da, pointer)
      assertSameBytes(await da.retrieve(pointer, patience()), data, 'after healing')
    }),
  ]
}

function foreignPointer(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'retrieve › a pointer of another instance is refused', async (da, harness) => {
    const data = sampleBytes('instance', 310)
    const { pointer } = await da.submit(data, {}, patience())
    const foreign = harness.foreign?.(pointer)
    assert.ok(foreign !== undefined && Buffer.compare(foreign, pointer) !== 0, 'the harness has no foreign pointer')
    await assertFault(da.retrieve(foreign, patience()), 'DA_POINTER_INVALID', 'retrieve')
    await assertFault(da.status(foreign, patience()), 'DA_POINTER_INVALID', 'status')
    await assertFault(da.audit(foreign, patience()), 'DA_POINTER_INVALID', 'audit')
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'by its own pointer')
  })
}

function statusCase(chain: boolean): string {
  return chain ? 'status › needs no download' : 'status › follows what the layer serves'
}
