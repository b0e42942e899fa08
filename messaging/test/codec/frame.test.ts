import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame, FrameKind, frameDigest, MessagingError, messagingLimits } from '../../src/index.ts'

const fault = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    if (error instanceof MessagingError) return error.fault
    throw error
  }
  return undefined
}

test('frame › every kind survives its own encoding', () => {
  for (const kind of Object.values(FrameKind)) {
    const frame = { kind, body: Uint8Array.of(1, 2, kind) }
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
  }
})

test('frame › a largest body fits, one byte more is refused with its bound', () => {
  const body = new Uint8Array(messagingLimits.frameBytes - 2)
  expect(encodeFrame({ kind: FrameKind.chunk, body })).toHaveLength(messagingLimits.frameBytes)
  expect(fault(() => encodeFrame({ kind: FrameKind.chunk, body: new Uint8Array(body.length + 1) }))).toEqual({
    code: 'MESSAGE_TOO_LARGE',
    bytes: body.length + 1,
    maximum: body.length,
  })
})

test.each([
  ['no body', [1, 1], 'length'],
  ['another version', [2, 1, 0], 'version'],
  ['an unknown kind', [1, 5, 0], 'kind'],
])('frame › %s is refused and the field named', (_, bytes, field) => {
  expect(fault(() => decodeFrame(Uint8Array.from(bytes)))).toMatchObject({ code: 'FRAME_INVALID', field })
})

test('frame › its digest is SHA-256 of header and body', () => {
  const frame = encodeFrame({ kind: FrameKind.mls, body: Uint8Array.of(0) })
  expect(Buffer.from(frameDigest(frame)).toString('hex')).toBe(
    '9f44ac6acb8a37b00b615dc89259d306035be82dee7db2b472e4c48326195440',
  )
})
