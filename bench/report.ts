import { inColumns, withHeadings } from "../cli/text-table.ts";

/** One operation, measured several times on both stacks, in seconds. */
export interface Measurement {
  name: string;
  baseline: number[];
  subject: number[];
  note?: string;
}

/** Median seconds and their ratio, one line a measurement. */
export function table(measurements: Measurement[]): string {
  const rows = measurements.map((measurement) => [
    measurement.name,
    `${median(measurement.baseline).toFixed(1)} s`,
    `${median(measurement.subject).toFixed(1)} s`,
    `${ratio(measurement).toFixed(2)} ×`,
    measurement.note ?? "",
  ]);
  const head = ["operation", "baseline", "guests", "ratio", ""];
  return withHeadings(head, rows, ["left", "right", "right", "right", "left"]).join("\n");
}

/** The ratios as bars; `┊` marks the baseline. */
export function plot(measurements: Measurement[]): string {
  const unit = 20;
  const rows = measurements.map((measurement) => {
    const length = Math.round(ratio(measurement) * unit);
    const bar = "█".repeat(length).padEnd(unit, " ");
    return [measurement.name, `${bar.slice(0, unit)}┊${bar.slice(unit)} ${ratio(measurement).toFixed(2)} ×`];
  });
  return inColumns(rows).join("\n");
}

function ratio({ baseline, subject }: Measurement): number {
  return median(subject) / median(baseline);
}

function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}
