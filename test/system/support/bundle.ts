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
