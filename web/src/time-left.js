export class TimeLeft extends HTMLElement {}
