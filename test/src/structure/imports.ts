import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** What is imported by what: of each name the names it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** Static imports and exports, types included, and dynamic imports of a path that starts with a dot. */
const imported = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** Imports between the TypeScript files below a folder, by path from there. */
export function fileImports(root: string): Graph {
  const files = globSync('**/*.ts', { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path) })
  return new Map(
    files.map((file) => {
      const found = readFileSync(join(root, file), 'utf8').matchAll(imported)
      return [file, new Set([...found].map(([, path]) => normalize(join(dirname(file), path as string))))]
    }),
  )
}

/** Imports between the folders that hold the files. */
export function folderImports(files: Graph): Graph {
  const folders = new Map<string, Set<string>>()
  for (const [file, others] of files) {
    const folder = dirname(file)
    const reached = folders.get(folder) ?? new Set()
    folders.set(folder, reached)
    for (const other of others) if (dirname(other) !== folder) reached.add(dirname(other))
  }
  return folders
}

/** Pairs that import each other, as `a <-> b`, sorted. */
export function twoWayPairs(graph: Graph): string[] {
  return [...graph]
    .flatMap(([a, others]) => [...others].filter((b) => a < b && graph.get(b)?.has(a)).map((b) => `${a} <-> ${b}`))
    .sort()
}

/** Circles: groups in which each reaches every other, the names of each sorted. */
export function circles(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((name) => [name, reachableFrom(graph, name)]))
  const groups = new Map<string, string[]>()
  for (const [name, others] of reached) {
    if (!others.has(name)) continue
    const group = [...others].filter((other) => reached.get(other)?.has(name)).sort()
    groups.set(group.join(), group)
  }
  return [...groups.values()]
}

function reachableFrom(graph: Graph, start: string): Set<string> {
  const found = new Set<string>()
  const open = [...(graph.get(start) ?? [])]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    found.add(name)
    open.push(...(graph.get(name) ?? []))
  }
  return found
}
