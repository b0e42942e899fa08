import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '@parley/runtime/files'
import type { Context } from '../../context.ts'
import { type Page, renderPage } from '../../page/index.ts'

/** Prints a report; with `--out`, writes it and its page there, and without `--json` prints where they are instead. */
export async function writeReport({ config, out }: Pick<Context, 'config' | 'out'>, report: unknown, page: () => Page) {
  const { out: directory, json } = config.run
  const text = (spaces?: number): string => `${JSON.stringify(report, undefined, spaces)}\n`
  if (directory === undefined || json) out.write(text(json ? undefined : 2))
  if (directory === undefined) return
  const paths = { report: join(directory, 'report.json'), page: join(directory, 'index.html') }
  await makeDirectory(directory)
  await writeFile(paths.report, text(2))
  await writeFile(paths.page, renderPage(page()))
  if (!json) out.write(`${JSON.stringify(paths)}\n`)
}
