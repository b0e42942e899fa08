import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

type Lumina = typeof import('lumina-node-wasm')
type Header = Awaited<ReturnType<InstanceType<Lumina['NodeClient']>['requestHeadHeader']>>

/** What lumina, another implementation of Celestia's rules, says of headers and commitments. Of the tests alone. */
export interface Oracle {
  /** The header as lumina reads it; `validate` and `verify` of it throw. */
  header(json: unknown): Promise<Header>
  /** The share commitment of a blob of version 0. */
  commitment(id: Uint8Array, data: Uint8Array): Uint8Array
}

interface Message {
  readonly id: number
  readonly payload: unknown
}

/**
 * Loads lumina's WebAssembly. Its package makes no headers from JSON, but its client reads what a worker sends it: the
 * messages of that worker are answered here, a protocol that is the package's own and so pinned to its version.
 */
export async function loadOracle(): Promise<Oracle> {
  // @ts-expect-error the package has no types for this file
  const glue = await import('lumina-node-wasm/lumina_node_wasm_bg.js')
  const file = createRequire(import.meta.url).resolve('lumina-node-wasm/lumina_node_wasm_bg.wasm')
  // It looks for a browser's window only to ask for its user agent, which Node has, too.
  const imports = Object.fromEntries(
    Object.entries(glue as Record<string, unknown>).map(([name, value]) => {
      return [name, name.startsWith('__wbg_instanceof_Window') ? () => true : value]
    }),
  )
  const { instance } = await WebAssembly.instantiate(readFileSync(file), { './lumina_node_wasm_bg.js': imports })
  glue.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start as () => void
  start()
  Object.defineProperty(navigator, 'storage', { value: { persist: async () => true }, configurable: true })
  const { NodeClient, Namespace, Blob, AppVersion } = glue as Lumina
  let next: unknown
  const port = {
    onmessage: undefined as ((event: { data: Message; ports: unknown[] }) => void) | undefined,
    postMessage({ id, payload }: Message) {
      const answer = payload === 'InternalPing' ? 'InternalPong' : { Header: { Ok: next } }
      setImmediate(() => port.onmessage?.({ data: { id, payload: answer }, ports: [] }))
    },
  }
  const client = await new NodeClient(port)
  return {
    async header(json) {
      next = json
      return client.requestHeadHeader()
    },
    commitment: (id, data) => new Blob(Namespace.newV0(id), data, AppVersion.latest()).commitment.hash(),
  }
}
