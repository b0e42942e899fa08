import { writeFileSync } from 'node:fs'
import { renderExports } from './exports.ts'

writeFileSync(new URL('../../../docs/api/exports.txt', import.meta.url), renderExports())
