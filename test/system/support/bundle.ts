import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Bundle {
  readonly code: string
  /** Modules of Node that it would import: a page has none. */
  readonly external: readonly string[]
}

/** Bundles a program for a page, with nothing put in the place of what a browser lacks. */
export async function bundleForBrowser(entry: string, cwd: string): Promise<Bundle> {
  const warnings: string[] = []
  const build = await rolldown({
    input: entry,
    cwd,
    platform: 'browser',
    tsconfig: false,
    onLog: (_, log) => warnings.push(log.message),
  })
  try {
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false })
    const [{ code, imports }] = output
    return { code, external: [...imports, ...warnings.filter((warning) => warning.includes('node:'))] }
  } finally {
    await build.close()
  }
}

/** Bytes of a program for a page after gzip. */
export interface Weight {
  /** What a page loads before the program begins. */
  readonly atStart: number
  /** With what is loaded only when it is needed, such as the suites of MLS that no group here has. */
  readonly whole: number
  /** Modules of Node that it would import. */
  readonly external: readonly string[]
}

/** Weighs everything that a package exports, bundled as an application's own tools do it. @param cwd - Where the package is found from. */
export async function weighForBrowser(specifier: string, cwd: string = import.meta.dirname): Promise<Weight> {
  const warnings: string[] = []
  const entry = 'all'
  const build = await rolldown({
    input: entry,
    cwd,
    platform: 'browser',
    tsconfig: false,
    onLog: (_, log) => warnings.push(log.message),
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? `${cwd}/${entry}.js` : null),
        load: (id) => (id.endsWith(`/${entry}.js`) ? `export * from ${JSON.stringify(specifier)}` : null),
      },
    ],
  })
  try {
    const { output } = await build.generate({ format: 'esm', minify: true })
    const chunks = new Map(output.flatMap((each) => (each.type === 'chunk' ? [[each.fileName, each] as const] : [])))
    const start = new Set<string>()
    const external = new Set(warnings.filter((warning) => warning.includes('node:')))
    const load = (name: string): void => {
      const chunk = chunks.get(name)
      if (chunk === undefined) external.add(name)
      else if (!start.has(name)) {
        start.add(name)
        chunk.imports.forEach(load)
      }
    }
    for (const { fileName, isEntry } of chunks.values()) if (isEntry) load(fileName)
    const sizes = [...chunks].map(([name, { code }]) => [name, gzipSync(code, { level: 9 }).length] as const)
    const sum = (of: typeof sizes): number => of.reduce((total, [, size]) => total + size, 0)
    return { atStart: sum(sizes.filter(([name]) => start.has(name))), whole: sum(sizes), external: [...external] }
  } finally {
    await build.close()
  }
}
