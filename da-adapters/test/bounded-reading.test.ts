import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DataAvailability } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { describe, expect, test } from 'vitest'
import { encodeAltDaPointer } from '../src/alt-da/pointer.ts'
import { createAltDa, createLocalDa } from '../src/index.ts'
import { sha256 } from '../src/sha256.ts'
import { faultOf } from './support/faults.ts'
import { silentLog } from './support/silent-log.ts'

const length = 1_000
const digest = sha256(new Uint8Array(length))
const maxBytes = 1 << 20

const localPointer = Buffer.concat([Uint8Array.of(1), digest, Uint8Array.of(0, 0, length >> 8, length & 0xff)])
const altDaPointer = encodeAltDaPointer({ digest, length, commitment: Uint8Array.of(1, 2, 3) })

const readers: readonly [name: string, pointer: Uint8Array, open: (url: string) => Promise<DataAvailability>][] = [
  ['local', localPointer, (url) => createLocalDa({ log: silentLog }, { url, maxBytes })],
  ['alt-da', altDaPointer, async (url) => createAltDa({ clock: systemClock }, { url, maxBytes, retentionSeconds: 1 })],
]

/** Pours zeros as fast as they are taken, up to a gigabyte; what it poured is counted. */
async function pouring(): Promise<{ readonly server: Server; readonly url: string; readonly poured: () => number }> {
  let sent = 0
  const server = createServer((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && sent < 1e9) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536))) return
      }
    }
    response.on('drain', pour)
    pour()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, poured: () => sent }
}

describe('reader', () => {
  test.each(readers)('bytes bounded before decoding › %s', async (_name, pointer, open) => {
    const { server, url, poured } = await pouring()
    const da = await open(url)
    try {
      expect(await faultOf(da.retrieve(pointer, AbortSignal.timeout(340_000)))).toMatchObject({
        code: 'DA_CORRUPT',
        reason: `more than ${length} bytes were served`,
      })
      // It hung up on what it does not want: beyond what the connection buffers nothing came.
      expect(poured()).toBeLessThan(50_000_000)
      const before = poured()
      // A pointer that names more than a publication may have is not even asked for.
      const greedy = pointer.slice()
      greedy.set([0xff, 0xff, 0xff, 0xff], pointer === localPointer ? 33 : 34)
      expect(await faultOf(da.retrieve(greedy, AbortSignal.timeout(340_000)))).toMatchObject({
        code: 'DA_POINTER_INVALID',
      })
      expect(poured()).toBe(before)
    } finally {
      await da.close()
      server.closeAllConnections()
      server.close()
    }
  })
})
