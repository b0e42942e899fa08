export { type ContentClass, type Contents, type Kept, maxAcks, type PutOptions } from '@parley/content'
