export class LiveRegion extends HTMLElement {}
