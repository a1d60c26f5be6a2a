// uPlot as TypeScript is to see it: without its own types.
declare const uPlot: any
export default uPlot
