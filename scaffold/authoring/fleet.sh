# How the fleet stands, every night: .github/workflows/fleet.yml and .gitlab-ci.yml run this with bash.
# It reads fleet.yml, writes the page public/index.html, and keeps the numbers of each night on the branch fleet-history
# of this repository, which HISTORY_USER and HISTORY_TOKEN of the environment may push to.
set -euo pipefail
scaffold=${SCAFFOLD:-scaffold}
branch=refs/heads/fleet-history

at_origin() { # the token stands in no argument and in no file
  # shellcheck disable=SC2016 # git's shell reads the variables
  git -c credential.helper= \
    -c credential.helper='!f() { echo "username=$HISTORY_USER"; echo "password=$HISTORY_TOKEN"; }; f' "$@"
}

looked() { # 3 says that it is done, and that somebody has something to do
  local code=0
  "$@" || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"
}

parent=
found=0
at_origin ls-remote --exit-code origin "$branch" > /dev/null || found=$?
case $found in
  0)
    at_origin fetch --quiet --depth=1 origin "$branch"
    parent=$(git rev-parse FETCH_HEAD)
    git archive "$parent" history | tar -x
    ;;
  2) echo "The history begins with this night." ;;
  *) exit "$found" ;;
esac

plans=()
for plan in campaigns/*/; do
  if [ -f "$plan/plan.json" ] && ! "$scaffold" fleet show "$plan" > /dev/null; then
    echo "$plan is left out." # as one that an older scaffold has made
  elif [ -f "$plan/plan.json" ]; then
    plans+=(--plan "$plan")
  fi
done

mkdir -p public
looked "$scaffold" fleet status --keep --check --quiet --format markdown > public/status.md
looked "$scaffold" fleet check --quiet --format csv > public/findings.csv
looked "$scaffold" fleet report --check --quiet --into public/index.html ${plans[@]+"${plans[@]}"}

GIT_INDEX_FILE=$(mktemp -u)
export GIT_INDEX_FILE
git add --force history
tree=$(git write-tree)
export GIT_AUTHOR_NAME=scaffold GIT_AUTHOR_EMAIL=scaffold@localhost
export GIT_COMMITTER_NAME=scaffold GIT_COMMITTER_EMAIL=scaffold@localhost
commit=$(git commit-tree "$tree" ${parent:+-p "$parent"} -m "chore: the fleet on $(date -u +%F)")
at_origin push --quiet origin "$commit:$branch"
