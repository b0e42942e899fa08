import { readFileSync, writeFileSync } from 'node:fs'
import { renderCommands, settingsTables, withTable } from '@parley/lab/reference'

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url)

writeFileSync(at('docs/commands.md'), renderCommands())
for (const [path, table] of Object.entries(settingsTables))
  writeFileSync(at(path), withTable(readFileSync(at(path), 'utf8'), table))
