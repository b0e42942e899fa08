import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import solc from 'solc'
import { deployed, root } from './deployed.ts'

/** A node of solc's syntax tree. */
export interface Node {
  readonly nodeType?: string
  /** `start:length:file`, in bytes. */
  readonly src?: string
  readonly [key: string]: unknown
}

/** A file of `src` and what solc read in it. */
export interface SyntaxTree {
  readonly source: Buffer
  readonly tree: Node
}

/** Of all files that the deployed contracts are made of, by their path from `src`, in order. */
export function syntaxTrees(): ReadonlyMap<string, SyntaxTree> {
  const sources = sourcesOf(deployed)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([file, text]) => [file, { content: text.toString('utf8') }])),
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }))
  return new Map(
    [...sources].map(([file, source]) => {
      const tree: Node | undefined = output.sources?.[file]?.ast
      if (tree === undefined)
        throw new Error(`solc gave no syntax tree of ${file}: ${JSON.stringify(output.errors?.[0])}`)
      return [file.slice('src/'.length), { source, tree }]
    }),
  )
}

export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'nodeType' in value)
}

/** First byte of a node's text, and how many. */
export function spanOf(node: Node): readonly [start: number, length: number] {
  const [start, length] = String(node.src).split(':').map(Number)
  return [start ?? 0, length ?? 0]
}

function sourcesOf(entries: readonly string[]): ReadonlyMap<string, Buffer> {
  const sources = new Map<string, Buffer>()
  const take = (file: string): void => {
    if (sources.has(file)) return
    const source = readFileSync(join(root, file))
    sources.set(file, source)
    for (const [, path] of source.toString('utf8').matchAll(/from\s+"(\.[^"]+)"/g)) take(join(file, '..', path ?? ''))
  }
  for (const entry of entries) take(`src/${entry}.sol`)
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function readImport(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readFileSync(join(root, '..', 'node_modules', path), 'utf8') }
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unreadable' }
  }
}
