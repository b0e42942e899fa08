import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DaLayer, daLayerName } from '@parley/protocol'
import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { settings } from '../src/config/settings.ts'
import { claimNumbered, layersOf } from '../src/inspect/claims.ts'
import { showBlock } from '../src/inspect/show-block.ts'
import { showFallen } from '../src/inspect/show-fallen.ts'
import { ClaimsView } from '../src/observe/claims.ts'
import type { Context } from '../src/process/context.ts'

/** What is printed of a server that answers so. */
async function shown(
  server: 'node' | 'sequencer',
  answer: (path: string) => object,
  show: (context: Context) => Promise<number>,
  json: boolean,
): Promise<string> {
  const http = createServer(({ url = '' }, response) => response.end(JSON.stringify(answer(url))))
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const flags = new Map([[`${server}.url`, `http://127.0.0.1:${(http.address() as AddressInfo).port}`]])
  if (json) flags.set('run.json', 'true')
  const { config } = loadConfig(settings, { flags, env: {}, files: [] })
  let printed = ''
  const write = (text: string): void => {
    printed += text
  }
  try {
    const context = { config, out: { write }, signal: new AbortController().signal } as unknown as Context
    await show(context)
    return printed
  } finally {
    http.closeAllConnections()
    http.close()
  }
}

const block = (answer: object, number: string, json: boolean): Promise<string> =>
  shown(
    'node',
    () => answer,
    (context) => showBlock(context, number),
    json,
  )

describe('inspect block', () => {
  it('prints one line with --json, indented otherwise', async () => {
    expect(await block({ header: { number: '5' } }, '5', true)).toBe('{"header":{"number":"5"}}\n')
    expect(await block({ header: { number: '5' } }, '5', false)).toBe('{\n  "header": {\n    "number": "5"\n  }\n}\n')
  })

  it('that the node has not › is a fault, and prints nothing', async () => {
    const unknown = { code: 'BLOCK_UNKNOWN', block: '99', verified: '7' }
    const fault = { code: 'BLOCK_UNKNOWN', block: '99', verified: '7' }
    await expect(block(unknown, '99', true)).rejects.toMatchObject({ fault })
  })

  it('of a node that cannot answer now › is another fault', async () => {
    const fault = { code: 'SERVER_UNREACHABLE', reason: 'the node answered OVERLOADED' }
    await expect(block({ code: 'OVERLOADED' }, '1', true)).rejects.toMatchObject({ fault })
  })
})

describe('inspect fallen', () => {
  const fallen = (answer: (path: string) => object, number = 'latest'): Promise<string> =>
    shown('sequencer', answer, (context) => showFallen(context, number), true)

  it('prints the entries of all pages', async () => {
    const asked: string[] = []
    const pages = [
      { removal: 0, fallen: '3', entries: [{ index: '0' }, { index: '1' }], next: '2' },
      { removal: 0, fallen: '3', entries: [{ index: '2' }], next: null },
    ]
    const printed = await fallen((path) => pages[asked.push(path) - 1] as object, '0')
    expect(JSON.parse(printed)).toEqual({ ...pages[1], entries: [{ index: '0' }, { index: '1' }, { index: '2' }] })
    expect(asked).toEqual(['/v1/removals/0/fallen?from=0', '/v1/removals/0/fallen?from=2'])
  })

  it('of a removal that never was › is a fault', async () => {
    const fault = { code: 'REMOVAL_UNKNOWN', removal: 'latest', removals: 0 }
    await expect(fallen(() => ({ code: 'REMOVAL_UNKNOWN', removals: 0 }))).rejects.toMatchObject({ fault })
  })
})

test('inspect claim › a claim that does not stand is no mistake in the arguments', () => {
  const refusal = (text: string) => expect(() => claimNumbered(new ClaimsView(), text))
  refusal('7').toThrowError(expect.objectContaining({ fault: { code: 'CLAIM_UNKNOWN', claim: '7', standing: 0 } }))
  refusal('x').toThrowError(expect.objectContaining({ fault: expect.objectContaining({ code: 'ARGUMENT_INVALID' }) }))
})

test('inspect claim and payload › name layers as flags do', () => {
  expect([DaLayer.local, DaLayer.ethereumBlobs, 77].map(daLayerName)).toEqual(['local', 'ethereum-blobs', 'layer 77'])
  const part = (layer: number) => ({ layer, pointer: new Uint8Array() })
  const claim = { core: part(DaLayer.ethereumBlobs), witness: part(DaLayer.local) }
  expect(layersOf(claim)).toEqual({ core: 'ethereum-blobs', witness: 'local' })
})
