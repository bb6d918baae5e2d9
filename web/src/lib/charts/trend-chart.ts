// SPDX-License-Identifier: Apache-2.0
// The only file that knows ECharts; loaded by import() where a trend is drawn.
import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Criticality, TrendDay } from '../api/types';

use([LineChart, GridComponent, AriaComponent, MarkLineComponent, SVGRenderer]);

export interface TrendView {
  days: TrendDay[];
  at: string | null;
  names: Record<Criticality, string>;
  description: string;
  axisDay: (day: string) => string;
  number: (value: number) => string;
}

// The hottest lies at the bottom, on the axis, where its height is easiest to read.
const ORDER: Criticality[] = ['critical', 'high', 'medium', 'low'];

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function trendChart(element: HTMLElement, onHover: (index: number | null) => void, onPick: (index: number) => void) {
  const chart = init(element, null, { renderer: 'svg' });
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(element);
  let size = 0;

  function indexAt(event: { offsetX: number; offsetY: number }): number | null {
    const point = [event.offsetX, event.offsetY];
    if (!chart.containPixel('grid', point)) return null;
    const [index] = chart.convertFromPixel('grid', point) as [number, number];
    return Math.max(0, Math.min(size - 1, Math.round(index)));
  }

  chart.getZr().on('mousemove', (event) => onHover(indexAt(event)));
  chart.getZr().on('globalout', () => onHover(null));
  chart.getZr().on('click', (event) => {
    const index = indexAt(event);
    if (index !== null) onPick(index);
  });

  return {
    draw(view: TrendView) {
      size = view.days.length;
      const muted = token('--muted');
      const every = Math.max(1, Math.floor(size / 12));
      chart.setOption(
        {
          animation: false,
          aria: { enabled: true, label: { description: view.description } },
          grid: { left: 8, right: 14, top: 12, bottom: 4, containLabel: true },
          xAxis: {
            type: 'category',
            boundaryGap: false,
            data: view.days.map((each) => each.day),
            axisLine: { lineStyle: { color: token('--line-strong') } },
            axisTick: { show: false },
            axisLabel: { color: muted, fontFamily: token('--sans'), fontSize: 11, interval: every - 1, hideOverlap: true, formatter: view.axisDay },
          },
          yAxis: {
            type: 'value',
            minInterval: 1,
            axisLabel: { color: muted, fontFamily: token('--sans'), fontSize: 11, formatter: view.number },
            splitLine: { lineStyle: { color: token('--line') } },
          },
          series: ORDER.map((level, index) => ({
            name: view.names[level],
            type: 'line',
            stack: 'open',
            symbol: 'none',
            lineStyle: { width: 1, color: token(`--${level}`) },
            areaStyle: { color: token(`--${level}`), opacity: 0.55 - index * 0.09 },
            data: view.days.map((each) => each.open[level] ?? 0),
            silent: true,
            ...(index === 0 && view.at
              ? { markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: token('--past'), type: 'solid', width: 1.5 }, data: [{ xAxis: view.at }] } }
              : {}),
          })),
        },
        true,
      );
    },
    destroy() {
      resized.disconnect();
      chart.dispose();
    },
  };
}
