import { writeFileSync } from 'node:fs'
import { renderErrors } from './errors.ts'

writeFileSync(new URL('../../../docs/errors.md', import.meta.url), renderErrors())
