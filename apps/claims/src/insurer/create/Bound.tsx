// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Group,
  Input,
  Label,
  NumberField,
  Slider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
} from "react-aria-components";
import { type BoundField, exact } from "../../data/bounds.ts";

/** A slider and a field for one number; each follows the other. */
export function Bound({
  field,
  value,
  onChange,
}: {
  field: BoundField;
  value: number;
  onChange: (value: number) => void;
}) {
  const { label, unit, min, max, step, places } = field;
  const take = (next: number | number[]) => {
    const number = Array.isArray(next) ? next[0]! : next;
    if (Number.isFinite(number)) onChange(Number(exact(number, places)));
  };
  const name = unit === "" ? label : `${label} (${unit})`;
  return (
    <div className="bound">
      <Slider className="slider" value={value} minValue={min} maxValue={max} step={step} onChange={take}>
        <div className="slider-head">
          <Label>{label}</Label>
          <SliderOutput className="hidden" />
        </div>
        <SliderTrack className="track">
          <SliderThumb className="thumb" />
        </SliderTrack>
      </Slider>
      <NumberField
        className="number"
        aria-label={name}
        value={value}
        minValue={min}
        maxValue={max}
        step={step}
        onChange={take}
        formatOptions={{ maximumFractionDigits: places, useGrouping: false }}
      >
        <Group>
          <Input />
          <span className="unit">{unit}</span>
        </Group>
      </NumberField>
    </div>
  );
}
