// Charts from data-chart (JSON), drawn with ECharts; the table beside them says the same.
"use strict";
(() => {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const FILL = Object.fromEntries(
    ["grey", "blue", "teal", "violet", "amber", "green", "red"].map((tone) => [tone, fillOf(tone)]),
  );
  const plain = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function fillOf(tone) {
    const probe = document.createElement("i");
    probe.className = `tone-${tone}`;
    document.body.append(probe);
    const fill = getComputedStyle(probe).getPropertyValue("--fill").trim();
    probe.remove();
    return fill;
  }

  function series(spec) {
    const lying = spec.kind === "rank";
    return spec.series.map((one) => ({
      name: one.name,
      type: spec.kind === "line" ? "line" : "bar",
      data: one.values,
      color: FILL[one.tone],
      stack: spec.kind === "stack" ? "all" : undefined,
      barMaxWidth: 22,
      symbolSize: 5,
      lineStyle: { width: 2 },
      label: { show: lying, position: "right", color: token("ink-2") },
      cursor: one.links.length || spec.links.length ? "pointer" : "default",
    }));
  }

  function options(spec) {
    const text = { color: token("ink-2"), fontFamily: style.getPropertyValue("--sans"), fontSize: 12 };
    const lying = spec.kind === "rank";
    const names = {
      type: "category",
      data: spec.labels,
      inverse: lying,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("line-2") } },
      axisLabel: text,
    };
    const values = {
      type: "value",
      name: lying ? "" : spec.unit,
      nameTextStyle: text,
      axisLabel: text,
      minInterval: 1,
      splitLine: { lineStyle: { color: token("line") } },
    };
    return {
      animation: !plain,
      animationDuration: 250,
      textStyle: text,
      grid: { left: 4, right: lying ? 40 : 12, top: spec.series.length > 1 || !lying ? 34 : 4, bottom: 4, containLabel: true },
      legend: spec.series.length > 1 ? { top: 0, right: 0, itemWidth: 12, itemHeight: 8, textStyle: text } : undefined,
      // Drawn on the canvas: tooltips made of HTML need inline styles, which the page forbids.
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: spec.kind === "line" ? "line" : "shadow" } },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series: series(spec),
    };
  }

  // Units by size across and share upwards, between the lines that chance keeps them within.
  function scatter(spec) {
    const text = { color: token("ink-2"), fontFamily: style.getPropertyValue("--sans"), fontSize: 12 };
    const axis = (name, where) => ({
      type: "value", name, nameLocation: where, nameGap: where === "middle" ? 26 : 12, nameTextStyle: text,
      axisLabel: text, splitLine: { lineStyle: { color: token("line") } },
    });
    const lines = spec.lines.map((one) => ({
      type: "line", name: one.name, data: one.points, symbol: "none", silent: true, smooth: false,
      color: token("ink-3"), lineStyle: { width: 1, type: one.far ? "dotted" : "dashed", color: token("ink-3") },
    }));
    const widest = Math.max(...spec.points.map((one) => one.at[0]));
    return {
      animation: false,
      textStyle: text,
      grid: { left: 8, right: 56, top: 46, bottom: 34, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 22, itemHeight: 8, textStyle: text, data: [...new Set(spec.lines.map((one) => one.name))] },
      tooltip: {
        trigger: "item", renderMode: "richText",
        formatter: (event) => `${event.data.name}\n${event.value[1]} %  (${event.value[0]})`,
      },
      xAxis: { ...axis(spec.across, "middle"), min: 0, max: Math.ceil(widest * 1.05) },
      yAxis: { ...axis("%", "end"), min: 0, max: 100 },
      series: [
        ...lines,
        {
          type: "scatter", symbolSize: 11,
          data: spec.points.map((one) => ({ name: one.name, value: one.at, itemStyle: { color: FILL[one.tone] } })),
          markLine: { silent: true, symbol: "none", label: { formatter: `${spec.centre} %`, color: token("ink-2") }, lineStyle: { color: token("ink-2"), type: "solid", width: 1 }, data: [{ yAxis: spec.centre }] },
        },
      ],
    };
  }

  function draw(element) {
    const spec = JSON.parse(element.dataset.chart);
    element.hidden = false;
    const chart = window.echarts.init(element, null, { renderer: "canvas" });
    chart.setOption(spec.kind === "scatter" ? scatter(spec) : options(spec));
    chart.on("click", (event) => {
      const own = (spec.series[event.seriesIndex] || {}).links || [];
      const href = own[event.dataIndex] || spec.links[event.dataIndex];
      if (href) location.assign(href);
    });
    new ResizeObserver(() => chart.resize()).observe(element);
    const table = element.parentElement.querySelector("[data-chart-table]");
    if (table) table.open = false;
    window.addEventListener("beforeprint", () => {
      if (table) table.open = true;
    });
  }

  function prepare(root) {
    for (const element of root.querySelectorAll("[data-chart]")) draw(element);
  }
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target));
  document.addEventListener("live:renewed", (event) => prepare(event.target));
  prepare(document);
})();
