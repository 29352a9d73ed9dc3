#!/bin/sh
# Lets a release pass only if the server conforms: gate.sh TARGET [CONTRACT]
set -u
probity run ${2:+"$2"} --target "$1" --report json=probity.json --report junit=probity.xml
verdict=$?
case $verdict in
  0) echo "gate: open" ;;
  1) echo "gate: closed, the server violates its contract" ;;
  3) echo "gate: closed, something that counts could not be judged" ;;
  4) echo "gate: closed, waivers have to be mended" ;;
  *) echo "gate: closed, probity could not run" ;;
esac
exit "$verdict"
