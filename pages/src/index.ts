export { type BuildPageOptions, buildPage, type PageFiles } from './build-page.ts'
export { fillPage, type PageFilling } from './fill-page.ts'
export { type PageServer, type ServePageOptions, servePage } from './serve-page.ts'
