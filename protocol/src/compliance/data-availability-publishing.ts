import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { DaLimits, DataAvailability } from '../interfaces/data-availability.ts'
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

async function roundTrip(da: DataAvailability, data: Uint8Array): Promise<void> {
  const receipt = await da.submit(data, {}, patience())
  assertSameBytes(await da.retrieve(receipt.pointer, patience()), data, `${data.length} bytes`)
}

/** What is published, how often, and what it costs. */
export function daPublishingCases(lease: () => DaHarness, traits: DaTraits): readonly ComplianceCase[] {
  return [
    ...roundTrips(lease, traits),
    ...sameBytes(lease),
    ...(traits.copied === true ? [foreignCopy(lease)] : []),
    ...quotes(lease, traits),
    ...(traits.remote ? [secrets(lease)] : []),
  ]
}

function roundTrips(lease: () => DaHarness, { sizes }: DaTraits): readonly ComplianceCase[] {
  return [
    withAdapter(lease, 'limits › are positive, and the layer has a number and a name', async (da) => {
      assert.ok(Number.isSafeInteger(da.limits().maxBytes) && da.limits().maxBytes >= 1)
      assert.ok(da.limits().retentionSeconds > 0 && da.limits().maxInFlight >= 1)
      assert.ok(Number.isSafeInteger(da.limits().unitBytes) && da.limits().unitBytes >= 1)
      assert.ok(Number.isInteger(da.layer) && da.layer >= 0 && da.layer <= 255)
      assert.ok(da.name.length > 0)
    }),
    withAdapter(lease, 'limits › may change between calls, and nobody else changes them', async (da) => {
      const given = da.limits() as { -readonly [limit in keyof DaLimits]: DaLimits[limit] }
      const { maxBytes } = given
      try {
        given.maxBytes = 1
      } catch {
        // Frozen is right as well.
      }
      assert.equal(da.limits().maxBytes, maxBytes)
    }),
    withAdapter(lease, 'submit › one byte comes back byte for byte', (da) => roundTrip(da, Uint8Array.of(0))),
    withAdapter(lease, 'submit › odd sizes come back byte for byte', async (da) => {
      for (const size of [33, 4097, ...sizes]) await roundTrip(da, sampleBytes('odd', size))
    }),
    withAdapter(lease, 'submit › the largest allowed comes back byte for byte', (da) =>
      roundTrip(da, sampleBytes('largest', da.limits().maxBytes)),
    ),
    withAdapter(lease, 'submit › one byte more than allowed is DA_TOO_LARGE', async (da, harness) => {
      const before = await harness.publications()
      const bytes = da.limits().maxBytes + 1
      const fault = await assertFault(da.submit(sampleBytes('over', bytes), {}, patience()), 'DA_TOO_LARGE', 'submit')
      assert.deepEqual(fault, { code: 'DA_TOO_LARGE', bytes, maxBytes: da.limits().maxBytes })
      assert.equal(await harness.publications(), before)
    }),
    withAdapter(lease, 'submit › nothing is DA_EMPTY', async (da, harness) => {
      const before = await harness.publications()
      await assertFault(da.submit(new Uint8Array(0), {}, patience()), 'DA_EMPTY', 'submit')
      assert.equal(await harness.publications(), before)
    }),
    withAdapter(lease, 'submit › gives a pointer that a claim can carry, and a cost', async (da) => {
      const receipt = await da.submit(sampleBytes('receipt', 500), {}, patience())
      assert.ok(receipt.pointer.length >= 1 && receipt.pointer.length <= maxPointerBytes)
      assert.ok(receipt.cost.amount >= 0n && receipt.height >= 0n)
      assert.equal(receipt.cost.token, (await da.quote(500, patience())).cost.token)
    }),
    withAdapter(lease, 'submit › neither keeps the bytes nor shares them', async (da) => {
      const data = sampleBytes('owned', 700)
      const original = data.slice()
      const { pointer } = await da.submit(data, {}, patience())
      data.fill(0xee)
      const first = await da.retrieve(pointer, patience())
      assertSameBytes(first, original, 'after the caller changed its bytes')
      first.fill(0xdd)
      assertSameBytes(await da.retrieve(pointer, patience()), original, 'after the caller changed what it was given')
    }),
    withAdapter(lease, 'submit › takes views into larger buffers', async (da) => {
      const data = sampleBytes('view', 900)
      const { pointer } = await da.submit(data.subarray(100, 800), {}, patience())
      const framed = new Uint8Array(pointer.length + 2)
      framed.set(pointer, 1)
      const found = await da.retrieve(framed.subarray(1, pointer.length + 1), patience())
      assertSameBytes(found, data.slice(100, 800), 'a view')
    }),
  ]
}

function sameBytes(lease: () => DaHarness): readonly ComplianceCase[] {
  return [
    withAdapter(lease, 'submit › the same bytes twice are one publication', async (da, harness) => {
      const before = await harness.publications()
      const data = sampleBytes('twice', 800)
      const first = await da.submit(data, {}, patience())
      const second = await da.submit(data, {}, patience())
      assert.deepEqual(second, first)
      assert.equal(await harness.publications(), before + 1)
    }),
    withAdapter(lease, 'submit › the same bytes at once are one publication', async (da, harness) => {
      const before = await harness.publications()
      const data = sampleBytes('at once', 801)
      const receipts = await Promise.all([1, 2, 3].map(() => da.submit(data, {}, patience())))
      for (const receipt of receipts) assert.deepEqual(receipt, receipts[0])
      assert.equal(await harness.publications(), before + 1)
    }),
    {
      name: 'submit › the same bytes after a restart are the same publication',
      run: async () => {
        const harness = lease()
        const data = sampleBytes('restart', 802)
        const submitOnce = async () => {
          const da = await harness.open()
          try {
            return await da.submit(data, {}, patience())
          } finally {
            await da.close()
          }
        }
        const first = await submitOnce()
        const count = await harness.publications()
        assert.deepEqual(await submitOnce(), first)
        assert.equal(await harness.publications(), count)
        const reader = await harness.open()
        try {
          assertSameBytes(await reader.retrieve(first.pointer, patience()), data, 'after a restart')
        } finally {
          await reader.close()
        }
      },
    },
    withAdapter(lease, 'submit › different bytes at once are publications of their own', async (da, harness) => {
      const before = await harness.publications()
      const all = [1, 2, 3].map((n) => sampleBytes(`parallel ${n}`, 600 + n))
      const receipts = await Promise.all(all.map((data) => da.submit(data, {}, patience())))
      for (const [i, data] of all.entries())
        assertSameBytes(await da.retrieve(receipts[i]!.pointer, patience()), data, `publication ${i}`)
      assert.equal(new Set(receipts.map(({ pointer }) => Buffer.from(pointer).toString('hex'))).size, all.length)
      assert.equal(await harness.publications(), before + all.length)
    }),
  ]
}

/** By somebody else, on a layer where that is a publication of its own. */
function foreignCopy(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'submit › a copy of the same bytes by somebody else is harmless', async (da, harness) => {
    const data = sampleBytes('copied', 803)
    await harness.copy?.(data)
    const before = await harness.publications()
    const { pointer } = await da.submit(data, {}, patience())
    assert.equal(await harness.publications(), before + 1)
    await harness.copy?.(data)
    await assertThere(da, pointer)
    assertSameBytes(await da.retrieve(pointer, patience()), data, 'beside copies')
  })
}

/** Nothing that is shown to anyone has what only the operator may know. */
function secrets(lease: () => DaHarness): ComplianceCase {
  return withAdapter(lease, 'secrets › are in no fault', async (da, harness) => {
    const { pointer } = await da.submit(sampleBytes('secrets', 804), {}, patience())
    await harness.disconnect()
    const calls = [
      da.submit(sampleBytes('secrets', 805), {}, patience()),
      da.retrieve(pointer, patience()),
      da.status(pointer, patience()),
      da.abandon(new Uint8Array(32).fill(3), patience()),
    ]
    const outcomes = await Promise.allSettled(calls)
    const shown = inspect(outcomes, { depth: 12, maxStringLength: null, showHidden: true })
    for (const secret of harness.secrets ?? []) assert.ok(!shown.includes(secret), 'a fault has a secret')
  })
}

function quotes(lease: () => DaHarness, { priced }: DaTraits): readonly ComplianceCase[] {
  return [
    withAdapter(lease, 'quote › never falls as bytes grow', async (da) => {
      const { maxBytes } = da.limits()
      const sizes = [1, Math.ceil(maxBytes / 3), Math.ceil((2 * maxBytes) / 3), maxBytes]
      let last = 0n
      for (const bytes of sizes) {
        const quote = await da.quote(bytes, patience())
        assert.equal(quote.bytes, bytes)
        const { amount } = quote.cost
        assert.ok(amount >= last, `${bytes} bytes cost ${amount}, fewer cost ${last}`)
        assert.ok(quote.validForMs > 0)
        last = amount
      }
      if (!priced) return
      const { amount } = (await da.quote(1, patience())).cost
      assert.ok(amount > 0n && last > amount, `1 byte costs ${amount}, the largest ${last}`)
    }),
    withAdapter(lease, 'quote › refuses what submit refuses', async (da) => {
      await assertFault(da.quote(0, patience()), 'DA_EMPTY', 'quote of nothing')
      await assertFault(da.quote(da.limits().maxBytes + 1, patience()), 'DA_TOO_LARGE', 'quote of too much')
    }),
  ]
}
